"""The brand-neutral manifest of a card: what its exporter says of the films beside it.

JSON Lines in UTF-8: the first line is a `Header`, every further one an `Entry`. What it says are
claims of a device and its exporter; the bytes are compared with it and never changed to fit.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from common.events import Count, Sha256
from common.fields import Line
from contracts.ingest import Carrier

NAME: Final = "liuhen-manifest.jsonl"
"""Of the manifest, in the folder of the card."""
SIZE_MAX_BYTES: Final = 64 * 1024**2
"""Some 100,000 films; a card holds some hundreds."""
LINE_MAX_BYTES: Final = 64 * 1024
MARKS_MAX: Final = 500

M = TypeVar("M", bound=BaseModel)


class ManifestError(Exception):
    """The manifest is not as its schema says. Nothing of the card is sent."""

    def __init__(self, line: int, said: str) -> None:
        super().__init__(f"{NAME} 第 {line} 行：{said}")
        self.line = line


def _below(path: str) -> str:
    """A path that leads nowhere but down from the card's folder, written in one way only."""
    parts = path.split("/")
    if "\\" in path or any(part in {"", ".", ".."} for part in parts):
        raise ValueError("须为卡内相对路径，以 / 分隔，不含 . 与 ..")
    return str(PurePosixPath(path))


def _in_range(instant: datetime) -> datetime:
    try:
        instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("时间超出范围") from error
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_in_range)]
CardPath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_below),
]
FileNo = Annotated[int, Field(ge=0, lt=10**9)]
Secrecy = Literal["none", "state_secret", "trade_secret", "privacy"]
"""What whoever filmed says about secrets; a state secret is refused before a byte of it goes."""


class _Said(BaseModel):
    """A misspelt key would lose its effect, so that one which is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Mark(_Said):
    """A moment that somebody marked while filming, as the device wrote it."""

    at_ms: Count
    """From the beginning of the file."""
    word: Line


class Header(_Said):
    """The first line: whose card it is, and what holds for every film that says nothing else."""

    format: Literal["liuhen-manifest"]
    version: Literal[1]
    exported_at: Instant
    """When what the manifest names was copied from the device, by the exporter's clock."""
    device_no: Line
    carrier: Carrier
    brand: Line | None = None
    model: Line | None = None
    exporter: Line | None = None
    """The program that wrote the manifest."""
    filmed_by: UUID | None = None
    """An account's id, as for every film of the card that names none."""
    unit_id: UUID | None = None
    secrecy: Secrecy | None = None
    last_file_no: FileNo | None = None
    """The number that the device gave last: a film missing at the end is seen only by it."""


class Entry(_Said):
    """Every further line: one file of the card."""

    path: CardPath
    size_bytes: Count
    recorded_start: Instant
    recorded_end: Instant
    """As the device's clock had it."""
    sha256: Sha256 | None = None
    file_no: FileNo | None = None
    """The device's own number of the file; what is missing between two is shown."""
    device_no: Line | None = None
    """Where it is not the header's."""
    carrier: Carrier | None = None
    filmed_by: UUID | None = None
    unit_id: UUID | None = None
    secrecy: Secrecy | None = None
    case_hint: Line | None = None
    """What whoever filmed typed in about the matter; a hint to people, never a link. The film is
    filed under it as its provisional number (暂编号)."""
    marks: Annotated[tuple[Mark, ...], Field(max_length=MARKS_MAX)] = ()
    """For the receipt alone: in the product a mark belongs to an activity, and people set it."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.recorded_end <= self.recorded_start:
            raise ValueError("recorded_end 须晚于 recorded_start")
        return self


@dataclass(frozen=True)
class Manifest:
    """A whole manifest, each file named once."""

    header: Header
    entries: Mapping[str, Entry]
    """By path."""


def read(content: bytes) -> Manifest:
    """Read a manifest strictly.

    Raises:
        ManifestError: it is not what the schema says; which line, and what is wrong.
    """
    if len(content) > SIZE_MAX_BYTES:
        raise ManifestError(1, f"清单超过 {SIZE_MAX_BYTES} 字节")
    lines = _lines(content)
    number, first = next(lines, (1, b""))
    header = _one(Header, number, first)
    entries: dict[str, Entry] = {}
    numbers: dict[tuple[str, int], str] = {}
    for number, line in lines:
        entry = _one(Entry, number, line)
        if entry.path in entries:
            raise ManifestError(number, f"文件重复登记：{entry.path}")
        entries[entry.path] = entry
        if entry.file_no is not None:
            key = (entry.device_no or header.device_no, entry.file_no)
            if numbers.setdefault(key, entry.path) != entry.path:
                raise ManifestError(number, f"设备文件编号 {entry.file_no} 与 {numbers[key]} 相同")
    return Manifest(header, entries)


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, counted from 1. Only the end of the last one may be empty."""
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, line in enumerate(lines, 1):
        yield number, line.removesuffix(b"\r")


def _one(kind: type[M], number: int, line: bytes) -> M:
    if len(line) > LINE_MAX_BYTES:
        raise ManifestError(number, f"超过 {LINE_MAX_BYTES} 字节")
    try:
        _refuse_twice(line)
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise ManifestError(number, "；".join(map(_in_words, error.errors()))) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or a key twice
        raise ManifestError(number, f"不是有效的 JSON 对象（{_short(error)}）") from error


def _refuse_twice(line: bytes) -> None:
    """Read the line once more for what pydantic takes: of a key that comes twice, the last."""
    json.loads(line.decode(), object_pairs_hook=_pairs, parse_constant=_no_number)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("同一项出现两次")
    return dict(pairs)


def _no_number(word: str) -> None:
    raise ValueError(f"{word} 不是数")


def _in_words(error: Mapping[str, Any]) -> str:
    place = ".".join(map(str, error["loc"]))
    said = re.sub(r"^Value error, ", "", str(error["msg"]))
    return f"{place}：{said}" if place else said


def _short(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]


def form() -> dict[str, Any]:
    """JSON Schema of one line, to be published: the first line is a Header, the others entries."""
    forms = {kind.__name__: kind.model_json_schema() for kind in (Header, Entry)}
    parts: dict[str, Any] = {}
    for one in forms.values():
        parts |= one.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        "description": "JSON Lines, UTF-8. The first line is a Header, each further one an Entry.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in forms],
        "$defs": parts | forms,
    }
