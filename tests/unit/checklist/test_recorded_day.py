"""While no moment is stated, the day the catalogue recorded an activity decides its law."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from checklist.consumers import REACTIONS
from checklist.operations import Context, judging
from checklist.tables import INBOX
from common.bus import Record
from common.inbox import Inbox
from common.replay import replay_parked
from contracts.catalog import ActivityRecorded
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import house, settle
from tests.support.inspection import ACTIVITY, AGENCY
from tests.support.inspection_events import Inspection
from tests.support.people import person

DAY = date(2026, 1, 5)
YEAR = timedelta(days=365)
OFFICER = person(Role.OFFICER, agency_id=AGENCY)


async def test_an_activity_heard_of_a_year_later_keeps_its_day(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with house(tmp_path, clock) as h:
        catalog = h.ctx("catalog")
        with catalog.db.transaction() as session:
            catalog.outbox.emit(session, Inspection().recorded())
        clock.move(YEAR)
        await settle(h.app)
        path = f"/checklist/v1/activities/{ACTIVITY}/evaluation"
        found = await h.done(OFFICER, "GET", path)
    assert found["act_on"] == DAY.isoformat()


def test_an_activity_put_aside_and_fed_again_a_year_later_keeps_its_day(ctx: Context) -> None:
    recorded = Inspection().recorded()
    headers = {
        "ce_id": str(uuid4()),
        "ce_type": ActivityRecorded.type,
        "ce_time": ctx.clock.now().isoformat(),
    }
    value = recorded.model_dump_json().encode()
    clock = ctx.clock
    assert isinstance(clock, FrozenClock)
    clock.move(YEAR)
    inbox = Inbox(INBOX, clock)
    with ctx.db.transaction() as session:
        inbox.park(session, Record("catalog", 0, str(ACTIVITY), headers, value), "ValueError")
    assert replay_parked(ctx, ctx.db, inbox, REACTIONS).applied == 1
    assert judging.evaluation(ctx, OFFICER, ACTIVITY).judgement.act_on == DAY


def test_told_twice_the_earlier_day_counts_whichever_comes_first(ctx: Context) -> None:
    reaction = next(one for one in REACTIONS if one.event is ActivityRecorded)
    value = Inspection().recorded().model_dump_json().encode()
    first = ctx.clock.now()
    for at in (first + YEAR, first, first + YEAR):
        with ctx.db.transaction() as session:
            reaction.apply(ctx, session, {"ce_time": at.isoformat()}, value)
    assert judging.evaluation(ctx, OFFICER, ACTIVITY).judgement.act_on == DAY
