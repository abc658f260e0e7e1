"""Whatever happens to cases, links and holds in whatever order: nothing held is ever disposable."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from common import migrate
from common.bus_embedded import EmbeddedBus
from common.db import Database
from common.errors import AppError
from contracts.catalog import CaseEnded, CaseOpened, Category, ClipLinked
from contracts.identity import Role
from contracts.ingest import Carrier, ClipStored
from retention.app import create_app
from retention.operations import deciding, told
from retention.operations.context import Context
from retention.settings import Settings
from tests.support.clock import FrozenClock
from tests.support.packs import activated
from tests.support.people import person

FILMED = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONG_AFTER = datetime(2066, 1, 1, tzinfo=UTC)
"""Every period of the pack is over by then, but for the permanent one."""
Kind: TypeAlias = Literal["link", "end", "confirm", "confirm for ever", "hold", "release"]
Step: TypeAlias = tuple[Kind, int, int]
"""What happens, to which of two cases, with which of two clips."""

kinds: st.SearchStrategy[Kind] = st.sampled_from(
    ["link", "link", "end", "confirm", "confirm for ever", "hold", "hold", "release"]
)
steps = st.lists(st.tuples(kinds, st.integers(0, 1), st.integers(0, 1)), max_size=10)


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Generator[Context]:
    """Retention's own operations on a database of its own."""
    data: Path = tmp_path_factory.mktemp("retention")
    url, bus_url = (f"sqlite:///{data / name}" for name in ("retention.db", "bus.db"))
    with Database(url) as db, Database(bus_url) as bus_db:
        migrate.upgrade(db, "retention")
        places = Settings(database_url=url, bus_url=bus_url, jwks_url=(data / "jwks").as_uri())
        app = create_app(places, EmbeddedBus(bus_db), FrozenClock(LONG_AFTER))
        yield app.state.ctx
        app.state.ctx.db.close()


@dataclass
class Affair:
    """Two cases and two clips of a new agency, and by what each clip ought to be bound."""

    ctx: Context
    agency_id: UUID = field(default_factory=uuid4)
    cases: list[UUID] = field(default_factory=lambda: [uuid4(), uuid4()])
    clips: list[UUID] = field(default_factory=lambda: [uuid4(), uuid4()])
    served: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    classes: dict[int, str] = field(default_factory=dict[int, str])
    holds: list[tuple[int, UUID]] = field(default_factory=list[tuple[int, UUID]])
    accepted: dict[int, UUID] = field(default_factory=dict[int, UUID])

    def __post_init__(self) -> None:
        self.head = person(Role.UNIT_HEAD, agency_id=self.agency_id, unit_id=self.agency_id)
        with self.ctx.db.transaction() as session:
            told.pack_activated(self.ctx, session, activated(self.agency_id))
            for case_id in self.cases:
                told.case_opened(self.ctx, session, opened(self.agency_id, case_id))
            for clip_id in self.clips:
                told.clip_stored(self.ctx, session, stored(self.agency_id, clip_id))

    def take(self, step: Step) -> None:
        kind, case, clip = step
        match kind:
            case "link":
                self._link(case, clip)
            case "end":
                self._end(case)
            case "confirm":
                self._confirm(case, "5y")
            case "confirm for ever":
                self._confirm(case, "permanent")
            case "hold":
                hold_id = uuid4()
                deciding.place_hold(self.ctx, self.head, hold_id, self.cases[case], "complaint")
                self.holds.append((case, hold_id))
            case "release":
                for released in [hold for hold in self.holds if hold[0] == case]:
                    deciding.release_hold(self.ctx, self.head, released[1])
                    self.holds.remove(released)

    def forbids(self, clip: int) -> str | None:
        """Say by the plain words of the law why the clip must stay, or None."""
        serves = {case for served, case in self.served if served == clip}
        if any(case in serves for case, _ in self.holds):
            return "held"
        if not serves <= self.classes.keys():
            return "not_scheduled"
        return "permanent" if "permanent" in {self.classes[case] for case in serves} else None

    def ask(self, clip: int, disposal_id: UUID) -> str | None:
        asked = deciding.ask_disposal(self.ctx, self.head, disposal_id, self.clips[clip])
        return asked.answer.reason

    def _link(self, case: int, clip: int) -> None:
        link = linked(self.agency_id, self.cases[case], self.clips[clip])
        with self.ctx.db.transaction() as session:
            told.clip_linked(self.ctx, session, link)
        self.served.add((clip, case))

    def _end(self, case: int) -> None:
        with self.ctx.db.transaction() as session:
            told.case_ended(self.ctx, session, ended(self.agency_id, self.cases[case]))

    def _confirm(self, case: int, class_id: str) -> None:
        try:
            deciding.confirm_class(self.ctx, self.head, self.cases[case], class_id)
        except AppError:  # the act is not over, or a longer class is confirmed already
            return
        self.classes[case] = class_id


def opened(agency_id: UUID, case_id: UUID) -> CaseOpened:
    return CaseOpened(
        agency_id=agency_id,
        case_id=case_id,
        category=Category.PENALTY,
        unit_id=agency_id,
        opened_by=uuid4(),
    )


def ended(agency_id: UUID, case_id: UUID) -> CaseEnded:
    return CaseEnded(
        agency_id=agency_id,
        case_id=case_id,
        category=Category.PENALTY,
        unit_id=agency_id,
        ended_on=date(2026, 3, 5),
        traits=(),
        ended_by=uuid4(),
    )


def stored(agency_id: UUID, clip_id: UUID) -> ClipStored:
    return ClipStored(
        agency_id=agency_id,
        clip_id=clip_id,
        sha256="0" * 64,
        size_bytes=1,
        carrier=Carrier.BODY_CAMERA,
        recorded_start=FILMED,
        recorded_end=FILMED,
        filmed_by=uuid4(),
        uploaded_by=uuid4(),
        unit_id=agency_id,
    )


def linked(agency_id: UUID, case_id: UUID, clip_id: UUID) -> ClipLinked:
    return ClipLinked(
        agency_id=agency_id,
        link_id=uuid4(),
        clip_id=clip_id,
        activity_id=uuid4(),
        case_id=case_id,
        unit_id=agency_id,
        linked_by=uuid4(),
    )


@settings(max_examples=25, deadline=None)
@given(steps)
@example([("link", 0, 0), ("end", 0, 0), ("confirm", 0, 0), ("hold", 0, 0), ("release", 0, 0)])
@example([("link", 0, 0), ("end", 0, 0), ("confirm for ever", 0, 0), ("link", 0, 1)])
@example([("hold", 1, 0), ("link", 1, 0), ("link", 0, 0), ("end", 0, 0), ("confirm", 0, 0)])
def test_nothing_held_is_ever_disposable(ctx: Context, taken: list[Step]) -> None:
    affair = Affair(ctx)
    for step in taken:
        affair.take(step)
        for clip in (0, 1):
            expected = affair.forbids(clip)
            event(f"{expected}")
            disposal_id = uuid4()
            assert affair.ask(clip, disposal_id) == expected
            if clip in affair.accepted:  # an answer of yesterday is no consent of today
                assert affair.ask(clip, affair.accepted[clip]) == expected
            if expected is None:
                affair.accepted[clip] = disposal_id
            else:
                affair.accepted.pop(clip, None)
