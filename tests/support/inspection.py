"""An inspection of a workshop on a Monday morning, and the clips people made of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID, uuid5

from checklist.domain.evaluate import evaluate
from checklist.domain.facts import LOCAL, Activity, Clip, Facts, Mark, Probe, Recording
from checklist.domain.findings import Finding
from checklist.domain.pack import Checklist
from common.packs import Pack
from contracts.catalog import Category
from contracts.ingest import Carrier

AGENCY: Final = UUID(int=1)
ACTIVITY: Final = UUID(int=2)
CASE: Final = UUID(int=3)
OFFICERS: Final = (UUID(int=4), UUID(int=5))


def at(clock: str) -> datetime:
    """A moment of that morning in Zezhou, such as 09:31:20 or 09:31:20.400."""
    return datetime.fromisoformat(f"2026-01-05T{clock}").replace(tzinfo=LOCAL)


STATED: Final = {
    "before_entering": at("09:30:00"),
    "entered": at("09:32:00"),
    "left": at("09:40:00"),
}


@cache
def s2() -> Checklist:
    return Pack.shipped("s2-zezhou-yingji").read("checklist.yaml", Checklist)


def clip(
    name: str,
    start: str,
    end: str,
    *,
    carrier: Carrier = Carrier.BODY_CAMERA,
    shown_s: float | None = None,
    decodable: bool = True,
    has_picture: bool = True,
    jumps: int = 0,
    made_at: datetime | None = None,
    copies: int = 0,
) -> Clip:
    """A clip stored and probed; it shows as much as the device says unless `shown_s` is given."""
    recording = Recording(carrier, at(start), at(end))
    length = at(end) - at(start) if shown_s is None else timedelta(seconds=shown_s)
    read = probe(length, decodable=decodable, picture=has_picture, jumps=jumps, made_at=made_at)
    return Clip(id_of(name), recording, read, copies)


def probe(
    length: timedelta,
    *,
    decodable: bool = True,
    picture: bool = True,
    jumps: int = 0,
    made_at: datetime | None = None,
) -> Probe:
    """What a sound film of `length` shows."""
    return Probe(decodable, length // timedelta(milliseconds=1), picture, jumps, made_at)


def id_of(name: str) -> UUID:
    return uuid5(AGENCY, name)


def mark(name: str, point: str, offset_s: float = 40) -> Mark:
    return Mark(id_of(name), point, int(offset_s * 1000))


def all_marks(name: str, no: str) -> tuple[Mark, ...]:
    """A mark in one clip for every content point of a row of S2."""
    return tuple(mark(name, point) for point in reading_points(no))


def reading_points(no: str) -> list[str]:
    """The content points of a row of S2."""
    points = next(row.reading.points for row in s2().rows if row.number == no)
    return [point.code for point in points]


def facts(
    *clips: Clip,
    marks: tuple[Mark, ...] = (),
    stage: str = "on_site_inspection",
    officers: tuple[UUID, ...] = OFFICERS,
    milestones: Mapping[str, datetime] = STATED,
    conditions: Mapping[str, bool] | None = None,
    earlier: Mapping[str, tuple[datetime, ...]] | None = None,
) -> Facts:
    activity = Activity(
        ACTIVITY, AGENCY, CASE, Category.INSPECTION, stage, officers, STATED["left"]
    )
    return Facts(activity, milestones, conditions or {}, clips, marks, earlier or {})


def row(no: str, facts: Facts) -> Finding:
    """The finding on one row of S2."""
    return next(finding for finding in evaluate(s2(), facts) if finding.row == no)
