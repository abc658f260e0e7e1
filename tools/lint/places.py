"""No registry's host and no path of one machine in a tracked file.

They work on the machine of the one who wrote them, and nowhere else. The patterns are put together
here so that this file does not offend against itself.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HOSTS: Final = "|".join(
    name.replace("~", "")
    for name in (
        *(r"pyp~i\.org", r"python~hosted", r"registry\.npm~js", r"deb\.deb~ian"),
        *(r"(proxy|sum)\.go~lang", r"ma~ven\.org", r"ma~ven\.apache", r"crates\.~io/"),
        r"index\.cra~tes",
    )
)
FOLDERS: Final = r"(^|[^A-Za-z0-9_.])/(wo~rk|fa~rm)/|/ro~ot/".replace("~", "")
_PLACE: Final = re.compile(f"{HOSTS}|{FOLDERS}")


def offences(root: Path) -> list[str]:
    return [
        f"{name}:{number}: names a registry's host or one machine's folder"
        for name in _tracked(root)
        for number, line in enumerate(_lines(root / name), 1)
        if _PLACE.search(line)
    ]


def _tracked(root: Path) -> Iterator[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True)  # noqa: S603 - fixed words
    return (name for name in listed.stdout.decode().split("\0") if name)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []  # a picture, a film, or a file just deleted: nothing to read
