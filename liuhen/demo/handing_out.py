"""Chapters 9 and 10: the evidence folder checks itself offline, and the log counts the story."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from liuhen.demo.stage import Stage, expect

VERIFIED, FAILED = 0, 1
KINDS: Final = (
    "ingest.clip.stored.v1",
    "catalog.request.refused.v1",
    "checklist.activity.evaluated.v1",
    "retention.disposal.refused.v1",
    "access.request.decided.v1",
    "access.approval.decided.v1",
    "access.clip.shown.v1",
    "access.export.built.v1",
)
"""Uploads, refusals, verdicts, decisions, views and exports: none may be missing from the log."""


def checked_offline(stage: Stage) -> str:
    """9: the copy as a folder; its verifier passes, and names what was changed by one byte."""
    export = stage.id("export")
    body = {"export_id": export, "proves": "证明当事人未按规定储存危险物品"}
    stage.done("sun", "POST", f"/access/v1/requests/{stage.id('request.copy')}/exports", body)
    built = stage.sees(
        "sun", f"/access/v1/exports/{export}", lambda seen: seen["state"] == "built", "the export"
    )
    folder = stage.exports_dir / export
    vkey = stage.line.call("GET", "/audit/log/vkey").text.strip()
    code, text = _verify(folder, vkey)
    expect(code == VERIFIED, f"the verifier does not pass: {text}")
    paths = [file["path"] for file in built["files"]]
    film = next(path for path in paths if path.startswith("originals/"))
    entry = next(path for path in paths if path.startswith("audit/entries/"))
    for path in (film, entry):
        _one_byte_changes_everything(stage, folder, path, vkey)
    return f"{len(paths)} 个文件离线校验通过；改动 {film} 或 {entry} 一个字节即被指出"


def everything_is_logged(stage: Stage) -> str:
    """10: the log has every kind of thing that happened; the province sees figures alone."""
    counts = stage.sees(
        "supervisor",
        "/audit/v1/kinds",
        lambda seen: all(_count(seen, kind) for kind in KINDS),
        "the log has every kind",
    )
    for item in counts["items"]:
        stage.teller.say(f"    {item['type']:<42}{item['count']:>5}")
    figures = stage.sees(
        "supervisor",
        "/oversight/v1/figures",
        lambda seen: bool(_of(seen, stage.id("gaoxin.yingji")).get("exports_built")),
        "the province sees the export",
    )
    zezhou = _of(figures, stage.id("zezhou.yingji"))
    gaoxin = _of(figures, stage.id("gaoxin.yingji"))
    expect(zezhou["clips_stored"] == 3 and gaoxin["clips_stored"] == 1, f"other figures: {figures}")  # noqa: PLR2004 - the story's clips
    total = sum(item["count"] for item in counts["items"])
    return (
        f"{len(counts['items'])} 类 {total} 条；省级所见：泽州音像 {zezhou['clips_stored']} 件，"
        f"高新区查阅 {gaoxin['views_shown']} 次、拒绝 {gaoxin['requests_refused']} 次"
    )


def _verify(folder: Path, vkey: str) -> tuple[int, str]:
    """Run the folder's own verifier as a court would: alone, with nothing of ours at hand."""
    ended = subprocess.run(  # noqa: S603 - our own interpreter, the folder's own file
        [sys.executable, "-I", str(folder / "verify.py"), "--vkey", vkey, str(folder)],
        env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def _one_byte_changes_everything(stage: Stage, folder: Path, path: str, vkey: str) -> None:
    copy = stage.folder / "changed"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    changed = copy / path
    changed.chmod(0o600)
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    code, text = _verify(copy, vkey)
    expect(code == FAILED and path in text, f"{path} was changed and the verifier says: {text}")


def _count(kinds: dict[str, Any], kind: str) -> int:
    return next((item["count"] for item in kinds["items"] if item["type"] == kind), 0)


def _of(figures: dict[str, Any], agency: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = figures["items"]
    nothing: dict[str, Any] = {}
    return next((item for item in items if item["agency_id"] == agency), nothing)
