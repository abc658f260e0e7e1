"""What is left beside a card that was pushed: for people in Chinese, for machines in JSON."""

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from common.events import Count, Sha256
from contracts.ingest import Carrier, TimeOrigin
from dock.card import NotTaken
from dock.manifest import Mark

NOTHING: Final = "没有找到任何文件"
"""Of a card that is not there, its folder looks empty: nothing was kept, nothing may be wiped."""
NO_RECORDING: Final = "从文件名看不是音像文件，仍按整卡采集，请核对"
UNTOLD: Final = "文件编号情况未能上报服务器，请再次执行"
LEGAL_TIME: Final = ZoneInfo("Asia/Shanghai")


class State(StrEnum):
    """What became of a file."""

    STORED = "stored"
    RESUBMITTED = "resubmitted"
    FAILED = "failed"


ORIGINS: Final = {
    TimeOrigin.MANIFEST: "卡内清单",
    TimeOrigin.FILE_NAME: "文件名",
    TimeOrigin.EMBEDDED: "文件内嵌",
    TimeOrigin.MODIFIED: "文件系统修改时间",
    TimeOrigin.MOMENT: "无人主张，按一秒计",
}
REASONS: Final = {
    NotTaken.HIDDEN: "隐藏文件",
    NotTaken.SYSTEM: "计算机系统文件",
    NotTaken.LINK: "链接，不是文件",
    NotTaken.SPECIAL: "不是普通文件",
    NotTaken.EMPTY: "空文件，没有内容",
    NotTaken.MANIFEST: "卡内清单本身",
}
STATES: Final = {
    State.STORED: "已保存",
    State.RESUBMITTED: "重复提交，原件已保存",
    State.FAILED: "未完成",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaimOut(_Part):
    """An instant that was claimed, and by whom. No claim was verified."""

    at: AwareDatetime
    origin: TimeOrigin


class FileOut(_Part):
    """One file of the card."""

    path: str
    size_bytes: Count
    state: State
    sha256: Sha256 | None
    """Of the card's bytes; for what is stored the server said the same. None: they were not read
    to the end."""
    client_id: UUID | None
    clip_id: UUID | None
    original_id: UUID | None
    device_no: str
    file_no: Count | None
    carrier: Carrier
    filmed_by: UUID
    recorded_start: ClaimOut
    recorded_end: ClaimOut
    claims: tuple[ClaimOut, ...]
    """Every claim that was found."""
    case_hint: str | None
    marks: tuple[Mark, ...]
    problem: str | None
    is_no_recording: bool = False
    """Its name says that it is none. It was sent all the same: a card goes in as a whole."""


class GapOut(_Part):
    """Numbers of a device for which the card has no file."""

    device_no: str
    first: Count
    last: Count


class LeftOut(_Part):
    """Something that was not sent, and why."""

    path: str
    reason: NotTaken


class Receipt(_Part):
    """What became of a whole card."""

    format: Literal["liuhen-receipt"] = "liuhen-receipt"
    version: Literal[1] = 1
    server: str
    account_id: UUID
    agency_id: UUID
    card: str
    """The name of its folder."""
    manifest_sha256: Sha256 | None
    began_at: AwareDatetime
    verified_at: AwareDatetime
    """When the server had been asked for every file once more. Both by the dock's clock."""
    may_be_wiped: bool
    files: tuple[FileOut, ...]
    gaps: tuple[GapOut, ...]
    not_taken: tuple[LeftOut, ...]
    problems: tuple[str, ...]
    """Of the card as a whole."""


class UnwrittenError(Exception):
    """There is no receipt: of what was done nothing can be shown, and the card must stay."""


def write(receipt: Receipt, folder: Path, stem: str) -> Path:
    """Write both forms durably, each whole or not at all, and say where the readable one is.

    Raises:
        UnwrittenError: the folder cannot be written to any more.
    """
    readable = folder / f"{stem}.receipt.txt"
    try:
        _write(folder / f"{stem}.receipt.json", receipt.model_dump_json(indent=1) + "\n")
        _write(readable, text(receipt))
    except OSError as error:
        raise UnwrittenError(f"回执未能写入 {folder}，存储卡不得清空：{error.strerror}") from error
    return readable


def _write(path: Path, content: str) -> None:
    part = path.with_suffix(path.suffix + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def text(receipt: Receipt) -> str:
    """The receipt for people."""
    return "\n".join(_lines(receipt)) + "\n"


def _lines(receipt: Receipt) -> Iterator[str]:
    done = [file for file in receipt.files if file.state is not State.FAILED]
    yield "留痕 采集回执"
    yield ""
    yield f"存储卡：{receipt.card}"
    yield f"服务器：{receipt.server}"
    yield f"登录账号：{receipt.account_id}（机关 {receipt.agency_id}）"
    yield f"开始：{_time(receipt.began_at)}　核对完成：{_time(receipt.verified_at)}（采集端时钟）"
    if receipt.manifest_sha256:
        yield f"卡内清单 SHA-256：{receipt.manifest_sha256}"
    yield f"文件：{len(receipt.files)} 个，其中已保存并与服务器核对一致 {len(done)} 个"
    yield ""
    if receipt.may_be_wiped:
        yield "结论：全部文件已保存并核对一致，存储卡可以清空（本程序不清空存储卡）。"
    elif not receipt.files:
        yield f"结论：{NOTHING}，没有保存任何内容，存储卡不得清空。"
    else:
        yield "结论：尚有文件未保存或未核对，存储卡不得清空。排除原因后请再次执行。"
    for problem in receipt.problems:
        yield f"注意：{problem}"
    yield ""
    yield from _gaps(receipt)
    for number, file in enumerate(receipt.files, 1):
        yield from _file(number, file)
    if receipt.not_taken:
        yield "未采集的项目："
        yield from (f"  {one.path}　{REASONS[one.reason]}" for one in receipt.not_taken)


def _gaps(receipt: Receipt) -> Iterator[str]:
    if not receipt.gaps:
        return
    yield "设备文件编号不连续，可能存在选择取舍（不得任意选择取舍），须由执法人员说明："
    for gap in receipt.gaps:
        numbers = f"{gap.first}" if gap.first == gap.last else f"{gap.first}–{gap.last}"
        yield f"  设备 {gap.device_no}：缺 {numbers}（{gap.last - gap.first + 1} 个）"
    yield ""


def _file(number: int, file: FileOut) -> Iterator[str]:
    yield f"{number}. {file.path}　{file.size_bytes} 字节　{STATES[file.state]}"
    if file.is_no_recording:
        yield f"   注意：{NO_RECORDING}"
    if file.problem:
        yield f"   原因：{file.problem}"
    yield f"   SHA-256：{file.sha256 or '未读完'}"
    if file.clip_id:
        yield f"   资料编号：{file.clip_id}"
    if file.original_id:
        yield f"   原件资料编号：{file.original_id}"
    file_no = "无" if file.file_no is None else file.file_no
    yield f"   设备：{file.device_no}　设备文件编号：{file_no}"
    for word, claim in (("开始", file.recorded_start), ("结束", file.recorded_end)):
        origin = ORIGINS[claim.origin]
        yield f"   录制{word}（设备主张，未经核实）：{_time(claim.at)}　来源：{origin}"
    if file.case_hint:
        yield f"   案件提示：{file.case_hint}"
    for mark in file.marks:
        yield f"   标记：第 {mark.at_ms / 1000:g} 秒　{mark.word}"
    yield ""


def _time(instant: AwareDatetime) -> str:
    return instant.astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M:%S（北京时间）")


def form() -> Mapping[str, Any]:
    """JSON Schema of the machine's form, to be published."""
    return Receipt.model_json_schema()
