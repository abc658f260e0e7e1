"""Which files of a card are no recordings, as far as their names tell."""

from typing import Final

OTHER_KINDS: Final = frozenset(
    {
        *("txt", "log", "md", "csv", "json", "jsonl", "xml", "html", "htm", "ini", "cfg", "url"),
        *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "ofd", "rtf"),
        *("zip", "rar", "7z", "gz", "tar", "exe", "dll", "msi", "bat", "cmd", "apk", "lnk"),
        *("gpx", "nmea", "kml", "db", "sqlite"),
    }
)
"""Endings of what nobody films with. A list of these, not of films: makers of cameras invent
endings of their own, and a film must never be called none."""


def is_no_recording(name: str) -> bool:
    """Whether a file's name says that it is neither film nor sound nor picture."""
    _, dot, ending = name.rpartition(".")
    return bool(dot) and ending.lower() in OTHER_KINDS
