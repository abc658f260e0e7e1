"""What an evidence folder holds besides the original: the note, the log's proofs, the manifest."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from access.domain.content import Clip
from access.domain.requests import Filed, Given
from access.domain.rules import Quoted
from common.events import Count, Sha256
from contracts.access import ExportFailure
from contracts.ingest import Carrier

ExportState: TypeAlias = Literal["waiting_for_proofs", "building", "built", "failed"]
ENTRIES_MAX: Final = 150_000
"""As many as the verifier in the folder checks; more could only be handed out unverifiable."""
MANIFEST: Final = "manifest.json"
NOTE: Final = "note.txt"
VERIFIER: Final = "verify.py"

_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_CARRIERS: Final[Mapping[Carrier, str]] = {
    Carrier.BODY_CAMERA: "执法记录仪",
    Carrier.CAMERA: "照相机",
    Carrier.CAMCORDER: "摄像机",
    Carrier.FIXED_CAMERA: "视频监控",
    Carrier.VOICE_RECORDER: "录音设备",
    Carrier.PHONE: "手机",
}


@dataclass(frozen=True)
class Export:
    """A granted copy on its way out of the house."""

    export_id: UUID
    request_id: UUID
    clip_id: UUID
    agency_id: UUID
    requested_by: UUID
    proves: str
    """证明对象, in the requester's words."""
    extractor: str | None
    """提取人, where the requester says more than the account does."""
    cites: tuple[Quoted, ...]
    state: ExportState = "waiting_for_proofs"
    bundle_sha256: str | None = None
    tries: int = 0
    tries_for: Mapping[ExportFailure, int] = field(default_factory=dict[ExportFailure, int])
    """Of the tries, how many failed for each reason."""
    failure: ExportFailure | None = None
    """Why it was given up."""

    @property
    def deaths(self) -> int:
        """Tries that ended with the process, so that nobody could give a reason."""
        return self.tries - sum(self.tries_for.values())


class Listed(BaseModel):
    """A file of the folder."""

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: Sha256
    size_bytes: Count


class Log(BaseModel):
    """Which log the proofs are from."""

    origin: str
    vkey: str


class Manifest(BaseModel):
    """manifest.json: every other file of the folder, and what the folder is."""

    format: Literal["liuhen-evidence/1"] = "liuhen-evidence/1"
    export_id: UUID
    clip_id: UUID
    case_id: UUID | None
    made_at: datetime
    log: Log
    files: tuple[Listed, ...]

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=2).encode()


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Said):
    """An entry of the log, and its proof file."""

    index: Count
    leaf: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/=]+$")]
    proof: str


class Stream(_Said):
    """What the log says about the clip's chain as a whole."""

    stream: UUID
    count: Count
    head_leaf_hash: Sha256
    tree_size: Count


class Bundle(Log):
    """What audit hands over for an export: all entries of one clip under one checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checkpoint: str
    stream: Stream
    entries: tuple[Entry, ...] = Field(min_length=1)

    def files(self) -> Iterable[tuple[str, bytes]]:
        """The proofs as the files of an evidence folder."""
        yield "audit/checkpoint", self.checkpoint.encode()
        yield "audit/log.vkey", f"{self.vkey}\n".encode()
        yield "audit/stream.json", self.stream.model_dump_json().encode()
        for entry in self.entries:
            yield f"audit/entries/{entry.index}.json", b64decode(entry.leaf, validate=True)
            yield f"audit/proofs/{entry.index}.tlog-proof", entry.proof.encode()


def note(
    export: Export, filed: Filed, clip: Clip, given: Sequence[Given], made_at: datetime
) -> str:
    """Write the note that goes with a copy (文字说明).

    People stand in it by the ids of their accounts, because names live with identity alone.

    Source: S1 附件2 第十一条, 附件3 第十四条; the pack names the articles.
    """
    labels = {step.step: step.label for step in filed.decision.steps}
    extractor = f"账号 {export.requested_by}" + (
        f"（{export.extractor}）" if export.extractor else ""
    )
    lines = [
        "音像记录复制文字说明",
        "",
        f"导出编号：{export.export_id}",
        f"音像文件：{clip.clip_id}",
        f"所属案件：{filed.case_id or '未关联案件'}",
        f"SHA-256：{clip.sha256}",
        f"大小：{clip.size_bytes} 字节",
        f"制作人：账号 {clip.filmed_by}",
        f"制作时间（设备所记）：{_beijing(clip.recorded_start)} 至 {_beijing(clip.recorded_end)}",
        f"记录载体：{_CARRIERS[clip.carrier]}",
        f"提取人：{extractor}",
        f"提取时间：{_beijing(made_at)}",
        f"证明对象：{export.proves}",
        f"复制依据：{filed.decision.citation}",
        *(f"{labels[one.step]}：账号 {one.by}，{_beijing(one.at)}" for one in given),
        "",
        "依据条款：",
        *(f"{quoted.citation}：{quoted.text}" for quoted in export.cites),
    ]
    return "\n".join(lines) + "\n"


def _beijing(at: datetime) -> str:
    local = at.astimezone(_BEIJING)
    return f"{local:%Y}年{local.month}月{local.day}日 {local:%H:%M:%S}（北京时间）"
