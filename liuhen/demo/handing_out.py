"""Chapters 9 and 10: the evidence folder checks itself offline, and the log counts the story."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from liuhen.demo.cast import AGENCIES, PEOPLE, UNITS
from liuhen.demo.gaoxin import copy_request
from liuhen.demo.stage import Stage, expect

VERIFIED, FAILED = 0, 1
ONCE_EACH: Final = {
    "identity.agency.registered.v1": len(AGENCIES),
    "identity.unit.registered.v1": len(UNITS),
    "identity.account.opened.v1": len(PEOPLE) + 1,
    "checklist.pack.activated.v1": 2,
    "catalog.case.opened.v1": 2,
    "catalog.activity.recorded.v1": 2,
    "catalog.activity.milestone.v1": 3,
    "ingest.clip.stored.v1": 4,
    "ingest.clip.probed.v1": 4,
    "catalog.clip.linked.v1": 4,
    "catalog.mark.added.v1": 2,
    "catalog.case.ended.v1": 1,
    "catalog.case.archived.v1": 1,
    "retention.class.proposed.v1": 1,
    "retention.class.confirmed.v1": 1,
    "retention.clip.scheduled.v1": 1,
    "access.request.decided.v1": 4,
    "access.export.requested.v1": 1,
    "access.export.built.v1": 1,
    "audit.bundle.built.v1": 1,
}
"""What the story does, as often as it does it: in the log exactly so many times."""
AT_LEAST: Final = {
    "identity.session.opened.v1": len(PEOPLE) + 1,
    "catalog.request.refused.v1": 2,
    "checklist.activity.evaluated.v1": 4,
    "retention.disposal.refused.v1": 1,
    "access.approval.decided.v1": 6,
    "access.request.turned_away.v1": 1,
    "access.view.opened.v1": 1,
    "access.clip.shown.v1": 1,
}
"""What may be there more often: people look again, and ask again when an answer was lost."""
FIGURES: Final = (
    ("zezhou.yingji", {"clips_stored": 3}),
    ("gaoxin.yingji", {"clips_stored": 1, "exports_built": 1, "views_shown": 1}),
)
"""What the province sees of each agency, whatever else was counted on the way."""


def checked_offline(stage: Stage) -> str:
    """9: the copy as a folder; its verifier passes, and names what was changed by one byte."""
    body = {"key": stage.id("export"), "proves": "证明当事人未按规定储存危险物品"}
    asked = stage.done("sun", "POST", f"{copy_request(stage)}/exports", body)
    export = asked["export_id"]
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
        lambda seen: not _missing(seen),
        "the log has all of the story",
    )
    for item in counts["items"]:
        stage.teller.say(f"    {item['type']:<42}{item['count']:>5}")
    figures = stage.sees(
        "supervisor",
        "/oversight/v1/figures",
        # Heard from several services, in any order: one figure says nothing of the others.
        lambda seen: all(told.items() <= _of(seen, stage.id(it)).items() for it, told in FIGURES),
        "the province sees the clips of both, and the export",
    )
    zezhou, gaoxin = (_of(figures, stage.id(agency)) for agency, _ in FIGURES)
    total = sum(item["count"] for item in counts["items"])
    return (
        f"{len(counts['items'])} 类 {total} 条；省级所见：泽州音像 {zezhou['clips_stored']} 件，"
        f"高新区查阅 {gaoxin['views_shown']} 次、拒绝 {gaoxin['requests_refused']} 次"
    )


def _verify(folder: Path, vkey: str) -> tuple[int, str]:
    """Run the folder's own verifier as a court would: alone, with nothing of ours at hand."""
    ended = subprocess.run(  # noqa: S603 - our own interpreter, the folder's own file
        [sys.executable, "-I", "-S", str(folder / "verify.py"), "--vkey", vkey, str(folder)],
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


def _missing(kinds: dict[str, Any]) -> list[str]:
    """Kinds of which the log has another number than the story made."""
    counts = {item["type"]: item["count"] for item in kinds["items"]}
    wrong = [kind for kind, number in ONCE_EACH.items() if counts.get(kind, 0) != number]
    return wrong + [kind for kind, number in AT_LEAST.items() if counts.get(kind, 0) < number]


def _of(figures: dict[str, Any], agency: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = figures["items"]
    nothing: dict[str, Any] = {}
    return next((item for item in items if item["agency_id"] == agency), nothing)
