"""What is to be said of each film of a card before it is sent, and who says so."""

import hashlib
import mimetypes
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from common.fields import Line
from contracts.ingest import Carrier, TimeOrigin
from dock import claims, manifest, numbering
from dock.card import Card, ChangedError, Found, NotTaken, opened, sayable
from dock.claims import Claim, Interval
from dock.manifest import Entry, Header, Manifest, Secrecy
from dock.numbering import Gap

ZONE: Final = "Asia/Shanghai"
"""In which the names of files tell their times, unless it is said otherwise."""
NAMESPACE: Final = UUID("6f0c3f2e-8f5b-5c58-9d0a-3c1f7c1d2b64")
"""Under which films of cards get their ids. Fixed for ever: with another, all would come again."""
OCTETS: Final = "application/octet-stream"


class PlanError(Exception):
    """Something must be said that neither the manifest nor the person has said."""


class Stated(BaseModel):
    """What a person states of a card, by options or in a file of them; fills what is not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device_no: Line | None = None
    carrier: Carrier | None = None
    filmed_by: UUID | Literal["me"] | None = None
    unit_id: UUID | None = None
    secrecy: Secrecy | None = None

    def by(self, account_id: UUID) -> "Stated":
        """The same once it is known who `me` is."""
        filmed_by = account_id if self.filmed_by == "me" else self.filmed_by
        return self.model_copy(update={"filmed_by": filmed_by})

    @classmethod
    def of(cls, path: Path | None, **options: object) -> "Stated":
        """Read a file of options, above which stand those that were given.

        Raises:
            PlanError: it cannot be read, or states what cannot be stated.
        """
        given = {name: value for name, value in options.items() if value is not None}
        try:
            written = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
            return cls.model_validate(written | given)
        except ValidationError as error:
            wrong = "；".join(
                f"{'.'.join(map(str, it['loc']))}：{it['msg']}" for it in error.errors()
            )
            raise PlanError(f"所填信息有误：{wrong}") from error
        except (OSError, ValueError) as error:
            raise PlanError(f"不能读取 {path}：{error}") from error


@dataclass(frozen=True)
class Film:
    """A file of the card and everything that is said of it."""

    found: Found
    device_no: str
    carrier: Carrier
    filmed_by: UUID
    unit_id: UUID | None
    secrecy: Secrecy
    when: Interval
    file_no: int | None
    """The device's own number, if the manifest tells it."""
    entry: Entry | None
    """What the manifest says of it, if it does."""
    header: Header | None = None
    """What the manifest says of the whole card, if there is one."""

    def client_id(self, sha256: str, turn: int = 0) -> UUID:
        """Our own id for it: the same however often and from wherever it is sent.

        Another in each turn: what arrived damaged is kept under the id of its turn.
        """
        number = self.found.path if self.file_no is None else self.file_no
        turns = f"\n{turn}" if turn else ""
        return uuid5(NAMESPACE, sayable(f"{self.device_no}\n{number}\n{sha256}{turns}"))

    def metadata(self, sha256: str, turn: int = 0) -> Mapping[str, str]:
        """What ingest wants to know before the first byte."""
        said = {
            "clip_id": str(self.client_id(sha256, turn)),
            "sha256": sha256,
            "recorded_start": self.when.start.instant.isoformat(),
            "recorded_end": self.when.end.instant.isoformat(),
            "recorded_start_from": self.when.start.origin.value,
            "recorded_end_from": self.when.end.origin.value,
            "carrier": self.carrier.value,
            "filmed_by": str(self.filmed_by),
            "device_no": self.device_no,
            "filename": sayable(self.found.name)[-200:],
            "filetype": mimetypes.guess_type(self.found.name)[0] or OCTETS,
            "secrecy": self.secrecy,
        }
        return said | ({"unit_id": str(self.unit_id)} if self.unit_id else {}) | self._of_manifest()

    def _of_manifest(self) -> dict[str, str]:
        """What only a manifest tells; of another device than its own, not which model it is."""
        told: dict[str, str | None] = {}
        if self.header and self.header.device_no == self.device_no:
            told |= {"device_brand": self.header.brand, "device_model": self.header.model}
        if self.header and self.entry:
            told["exported_at"] = self.header.exported_at.isoformat()
            told["provisional_no"] = self.entry.case_hint
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Plan:
    """A whole card, and what is remarkable about it."""

    films: tuple[Film, ...]
    gaps: Mapping[str, list[Gap]]
    """By the number of the device, which may be one that has no film on the card."""
    absent: tuple[str, ...]
    """Paths that the manifest names and the card does not have."""
    unreadable: tuple[str, ...]


def read_manifest(folder: Path) -> tuple[Manifest, str] | None:
    """The manifest of a card and its SHA-256, if it has one.

    Raises:
        ManifestError: it is not as its schema says.
        PlanError: it cannot be read.
    """
    path = folder / manifest.NAME
    if path.is_symlink() or not path.is_file():  # no way leads out of the card
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(f"不能读取 {manifest.NAME}：{error.strerror}") from error
    return manifest.read(content), hashlib.sha256(content).hexdigest()


def plan(folder: Path, card: Card, told: Manifest | None, stated: Stated, zone: ZoneInfo) -> Plan:
    """Say of every film what the manifest says, what the person states, and what can be derived.

    Raises:
        PlanError: the person must state more, or states another device than the manifest.
    """
    _refuse_contradiction(told, stated)
    films: list[Film] = []
    unreadable = list(card.unreadable)
    for found in card.files:
        try:
            films.append(_film(folder, found, told, stated, zone))
        except ChangedError:
            unreadable.append(found.path)
    empty = {left.path for left in card.left if left.reason is NotTaken.EMPTY}
    paths = {found.path for found in card.files} | empty
    absent = tuple(path for path in (told.entries if told else ()) if path not in paths)
    return Plan(tuple(films), dict(_gaps(films, told)), absent, tuple(unreadable))


def _refuse_contradiction(told: Manifest | None, stated: Stated) -> None:
    device = told and told.header.device_no
    if device and stated.device_no and device != stated.device_no:
        raise PlanError(
            f"卡内清单的设备编号是 {device}，不是所填的 {stated.device_no}：请核对存储卡"
        )


def _film(
    folder: Path, found: Found, told: Manifest | None, stated: Stated, zone: ZoneInfo
) -> Film:
    entry = told.entries.get(found.path) if told else None
    said = [entry, told.header if told else None, stated]

    def first(name: str) -> object:
        return next((value for one in said if (value := getattr(one, name, None))), None)

    with opened(folder, found) as file:
        embedded = claims.in_bytes(file, found.size_bytes)
    when = claims.interval(found.name, found.modified_ns, embedded, zone)
    if entry:
        start = Claim(entry.recorded_start, TimeOrigin.MANIFEST)
        end = Claim(entry.recorded_end, TimeOrigin.MANIFEST)
        when = Interval(start, end, (start, *when.claims))
    known = {name: first(name) for name in ("device_no", "carrier", "filmed_by")}
    if lacking := [name for name, value in known.items() if value is None]:
        raise PlanError(f"须说明 {'、'.join(lacking)}（{found.path} 没有清单信息）")
    return Film(
        found=found,
        **known,  # pyright: ignore[reportArgumentType] - each of its field's own type
        unit_id=first("unit_id"),  # pyright: ignore[reportArgumentType] - the same
        secrecy=first("secrecy") or "none",  # pyright: ignore[reportArgumentType] - the same
        when=when,
        file_no=entry.file_no if entry else None,
        entry=entry,
        header=told.header if told else None,
    )


def _gaps(films: list[Film], told: Manifest | None) -> Iterator[tuple[str, list[Gap]]]:
    of_device: defaultdict[str, list[Film]] = defaultdict(list)
    for film in films:
        of_device[film.device_no].append(film)
    for device, own in sorted(of_device.items()):
        numbers = [film.file_no for film in own if film.file_no is not None]
        is_headers = told is not None and told.header.device_no == device
        last = told.header.last_file_no if told and is_headers else None
        paths = (film.found.path for film in own)
        found = numbering.gaps(numbers, last) if numbers else numbering.gaps_in_names(paths)
        if found:
            yield device, found
    if told and told.header.device_no not in of_device and told.header.last_file_no:
        last = told.header.last_file_no
        own = (it for it in told.entries.values() if it.device_no in {None, told.header.device_no})
        known = (it.file_no for it in own if it.file_no is not None)
        yield told.header.device_no, [Gap(min(known, default=last), last)]
