"""Reads files and their JSON as if they were made to harm us."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import NoReturn, cast

from verifier.shapes import DIGITS_MAX, FILES_MAX, PARTS_MAX, Failed, Manifest


def digest(folder: Path, path: str, size_bytes: int) -> str:
    """SHA-256 of a file of exactly this size; of another size, nothing."""
    found = hashlib.sha256()
    if (folder / path).stat().st_size != size_bytes:
        return ""
    with (folder / path).open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            found.update(chunk)
    return found.hexdigest()


def read(folder: Path, path: str, limit: int, manifest: Manifest | None = None) -> bytes:
    """Read a small file, one that the manifest lists if a manifest is given."""
    full = folder / path
    if (manifest and path not in manifest.files) or not full.is_file():
        raise Failed(path, "缺失 / missing")
    if full.is_symlink() or full.stat().st_size > limit:
        raise Failed(path, "过大或是链接 / too large, or a link")
    with full.open("rb") as file:
        return file.read(limit + 1)


def parse_json(where: str, raw: bytes) -> object:
    """Parse JSON that has one meaning: no repeated names, no floats, no huge numbers.

    A parsed value takes up to twenty times its text, so that too many are refused unparsed.
    """

    def refuse(_: str) -> NoReturn:
        raise ValueError

    def whole(digits: str) -> int:
        return int(digits) if len(digits) <= DIGITS_MAX else refuse(digits)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("")

    if sum(raw.count(mark) for mark in (b",", b"[", b"{")) > PARTS_MAX:
        raise Failed(where, "内容过多 / too much in it")
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_int=whole,
            parse_float=refuse,
            parse_constant=refuse,
            object_pairs_hook=once,
        )
    except (ValueError, RecursionError):
        raise Failed(where, "不是规范的 JSON / not acceptable JSON") from None


def as_object(where: str, value: object) -> dict[str, object]:
    """Return `value` if it is a JSON object."""
    if not isinstance(value, dict):
        raise Failed(where, "应为 JSON 对象 / not a JSON object")
    return cast("dict[str, object]", value)


def as_list(where: str, value: object) -> list[object]:
    """Return `value` if it is a JSON array of a bearable length."""
    if not isinstance(value, list) or len(cast("list[object]", value)) > FILES_MAX:
        raise Failed(where, "应为 JSON 数组 / not a JSON array")
    return cast("list[object]", value)


def text(where: str, of: dict[str, object], name: str, shape: re.Pattern[str] | None = None) -> str:
    """Return a string of a JSON object, in the shape it must have."""
    value = of.get(name)
    if not isinstance(value, str) or (shape and not shape.fullmatch(value)):
        raise Failed(where, f"{name} 有误 / malformed: {ascii(value)[:80]}")
    return value


def number(where: str, of: dict[str, object], name: str) -> int:
    """Return a whole number of a JSON object that is not negative."""
    value = of.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Failed(where, f"{name} 有误 / malformed")
    return value


def unbase64(where: str, encoded: str) -> bytes:
    """Decode base64 that is written in the one way there is."""
    try:
        decoded = base64.b64decode(encoded.encode("ascii"), validate=True)
    except ValueError:
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != encoded:
        raise Failed(where, "base64 有误 / malformed base64")
    return decoded
