"""The manifest and the files: is everything here that is listed, and nothing else?"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from verifier.reading import as_list, as_object, digest, number, parse_json, read, text
from verifier.saying import say
from verifier.shapes import (
    DEVICE,
    ENTRY_FILE,
    FILES_MAX,
    FOLDERS,
    FORMAT,
    MANIFEST_MAX_BYTES,
    OTHER_FILE,
    OWN_CACHE,
    PROOF_FILE,
    SAFE_PATH,
    SHA256,
    UUID,
    CannotCheck,
    Failed,
    Listed,
    Manifest,
)


def read_manifest(folder: Path) -> Manifest:
    """Read manifest.json and refuse any path that could lead out of the folder."""
    where = "manifest.json"
    if not (folder / where).is_file():
        raise CannotCheck("没有 manifest.json / there is no manifest.json")
    raw = read(folder, where, MANIFEST_MAX_BYTES)
    whole = as_object(where, parse_json(where, raw))
    if whole.get("format") != FORMAT:
        raise Failed(where, f"格式不是 {FORMAT} / another format")
    log = as_object(where, whole.get("log"))
    files: dict[str, Listed] = {}
    taken = {where}  # in lower case, as some file systems see them
    for line in as_list(where, whole.get("files")):
        add_listed(files, taken, as_object(where, line))
    say(f"[清单 MANIFEST] SHA-256 {hashlib.sha256(raw).hexdigest()}")
    return Manifest(
        export_id=text(where, whole, "export_id", UUID),
        clip_id=text(where, whole, "clip_id", UUID),
        case_id=whole.get("case_id"),
        origin=text(where, log, "origin"),
        vkey=text(where, log, "vkey"),
        files=files,
    )


def add_listed(files: dict[str, Listed], taken: set[str], line: dict[str, object]) -> None:
    """Add a line of the manifest, unless its path is a trick on some file system."""
    where = "manifest.json"
    path = text(where, line, "path", SAFE_PATH)
    if any(DEVICE.fullmatch(part) or part.endswith(".") for part in path.split("/")):
        raise Failed(where, f"不安全的路径 / unsafe path: {path}")
    if path.lower() in taken:
        raise Failed(where, f"不应列出或重复列出 / listed twice, or not to be listed: {path}")
    taken.add(path.lower())
    files[path] = Listed(text(where, line, "sha256", SHA256), number(where, line, "size_bytes"))


def wrong_files(folder: Path, manifest: Manifest) -> list[Failed]:
    """Compare every file with the manifest, and the manifest with every file."""
    present = walk(folder)
    wrong = [Failed(ascii(p), "不在清单中 / not listed") for p in present - set(manifest.files)]
    for path, listed in manifest.files.items():
        if not any(shape.fullmatch(path) for shape in (ENTRY_FILE, PROOF_FILE, OTHER_FILE)):
            wrong.append(Failed(path, "不应在证据文件夹中 / no part of an evidence folder"))
        elif path not in present:
            wrong.append(Failed(path, "缺失 / missing"))
        elif digest(folder, path, listed.size_bytes) != listed.sha256:
            wrong.append(Failed(path, "内容已改变 / changed: size or SHA-256 differs"))
    if not wrong:
        say(f"[已证明 PROVED] 清单所列 {len(present)} 个文件完整 / all listed files are unchanged")
    return wrong


def walk(folder: Path) -> set[str]:
    """Every file below the folder but the manifest; links are refused, never followed."""
    found: set[str] = set()
    for place in ("", *sorted(FOLDERS)):
        if not (folder / place).is_dir():
            continue
        with os.scandir(folder / place) as names:
            for one in names:
                path = f"{place}/{one.name}" if place else one.name
                is_folder, is_file = one.is_dir(follow_symlinks=False), one.is_file()
                if one.is_symlink() or not (is_folder or is_file):
                    raise Failed(ascii(path), "不是普通文件 / not a plain file")
                if is_folder and path not in FOLDERS:
                    raise Failed(ascii(path), "不应在证据文件夹中 / no part of an evidence folder")
                if is_file and not OWN_CACHE.fullmatch(path):
                    found.add(path)
                if len(found) > FILES_MAX:
                    raise Failed("manifest.json", "文件过多 / too many files")
    return found - {"manifest.json"}
