"""The program: what it is asked on the command line, and what it says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from verifier.entries import (
    check_chain,
    check_checkpoint,
    check_entries,
    check_originals,
    check_request,
)
from verifier.folder import read_manifest, wrong_files
from verifier.saying import say
from verifier.shapes import KEY_UNPROVED, NOT_PROVED, TEXT_MAX_BYTES, CannotCheck, Failed
from verifier.signed import parse_vkey


def main(arguments: list[str]) -> int:
    """Check what the command line names and return the exit code."""
    parser = argparse.ArgumentParser(description="校验证据文件夹 / verify an evidence folder")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--vkey", help="另行取得的日志公钥 / the log's key, got elsewhere")
    options = parser.parse_args(arguments)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:  # a console without Chinese letters must not stop us
        reconfigure(errors="backslashreplace")
    say("留痕证据校验 / Liuhen evidence verifier")
    try:
        failures = verify(options.folder, trusted_key(options.vkey))
    except (CannotCheck, OSError) as error:
        say(f"结果 RESULT: 无法校验 CANNOT CHECK: {error}")
        return 2
    for failure in failures:
        say(f"[不通过 FAILED] {failure}")
    say("结果 RESULT: " + ("不通过 FAILED" if failures else "通过 VERIFIED"))
    return 1 if failures else 0


def verify(folder: Path, vkey: str) -> list[Failed]:
    """Return every failure found; what passes is said at once. `vkey` may be empty."""
    failures: list[Failed] = []
    try:
        manifest = read_manifest(folder)
        failures += wrong_files(folder, manifest)
        head = check_checkpoint(folder, manifest, vkey)
        entries, wrong = check_entries(folder, manifest, head)
        failures += wrong
        if not wrong:
            check_chain(folder, manifest, head, entries)
            check_originals(manifest, entries, {failure.where for failure in failures})
            check_request(entries)
    except Failed as failure:
        failures.append(failure)
    if not failures:
        for line in ([] if vkey else [KEY_UNPROVED]) + list(NOT_PROVED):
            say(f"[未证明 NOT PROVED] {line}")
    return failures


def trusted_key(given: str | None) -> str:
    """Return the key the caller trusts, read from a file when a file is named."""
    if given is None:
        return ""
    key = given.strip()
    if "+" not in key and Path(given).is_file():
        with Path(given).open("rb") as file:
            key = file.read(TEXT_MAX_BYTES).decode("utf-8", "replace").strip()
    try:
        parse_vkey("--vkey", key)
    except Failed:  # never taken for "no key was given": then anybody's would do
        raise CannotCheck(
            "--vkey 既不是公钥也不是公钥文件 / --vkey is no key, nor a file of one"
        ) from None
    return key
