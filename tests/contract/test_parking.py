"""What cannot be applied is put aside and comes back in order; the rest goes on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias
from uuid import uuid4

import pytest
from sqlalchemy import Column, Integer, String, Table
from sqlmodel import Session

from common.bus import Received, Record
from common.consumer import ATTEMPTS_MAX, Every
from common.inbox import Inbox
from common.replay import Replayed
from tests.support.line import AGENCY, CONSUMER, INBOX, Ignored, Line, PoisonError, counted

GOOD, BAD = uuid4(), uuid4()
Start: TypeAlias = Callable[..., Awaitable[Line]]
OURS = {
    "ce_id": "1",
    "ce_type": "line.thing.counted.v1",
    "ce_producer": "line",
    "ce_epoch": "e",
    "ce_sequence": "1",
}
HEARD = Table(
    "heard",
    CONSUMER,
    Column("position", Integer, primary_key=True),
    Column("type", String),
    Column("sequence", Integer),
)


async def settle_with_failures(line: Line) -> None:
    """Go on as the loops do, which never end on an error."""
    failures = 0
    while failures <= ATTEMPTS_MAX:
        try:
            await line.settle()
        except PoisonError:
            failures += 1
        else:
            return


async def test_a_poisoned_key_is_parked_in_order_while_other_keys_go_on(
    start: Start,
) -> None:
    line = await start(poison=frozenset({BAD}))
    line.emit(*counted(BAD, 1), *counted(GOOD, 1), *counted(BAD, 2), *counted(GOOD, 2))
    await line.relay.step()
    for _ in range(ATTEMPTS_MAX - 1):
        with pytest.raises(PoisonError):
            await line.hear()
    await line.settle()
    assert line.applied() == [(GOOD, 1), (GOOD, 2)]
    reasons = [(row.key, row.reason) for row in line.rows(INBOX.parked)]
    assert reasons == [(str(BAD), "PoisonError"), (str(BAD), "behind-parked")]
    assert line.rows(INBOX.gaps) == []


async def test_a_parked_key_is_applied_in_order_and_once_when_its_cause_is_mended(
    start: Start,
) -> None:
    line = await start(poison=frozenset({BAD}))
    line.emit(*counted(BAD, 1, 2), *counted(GOOD, 1))
    await settle_with_failures(line)
    assert line.replay() == Replayed(applied=0, left=2)

    line.poison = frozenset()
    assert line.replay() == Replayed(applied=2, left=0)
    assert line.replay() == Replayed(applied=0, left=0)
    line.emit(*counted(BAD, 3))
    await line.settle()
    assert line.applied() == [(GOOD, 1), (BAD, 1), (BAD, 2), (BAD, 3)]


async def test_a_replay_keeps_what_it_applied_before_a_record_that_still_fails(
    start: Start,
) -> None:
    line = await start(poison=frozenset({BAD}))
    line.emit(*counted(BAD, 1))
    await settle_with_failures(line)
    await line.bus.publish([Record("line", 0, str(BAD), OURS | {"ce_producer": "x"}, b"not json")])
    line.emit(*counted(BAD, 2))
    await line.settle()

    line.poison = frozenset()
    for _ in range(2):
        line.replay()
        assert line.applied() == [(BAD, 1)]
        assert line.rows(INBOX.parked)[0].value == b"not json"
    assert len(line.rows(INBOX.parked)) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {name: value for name, value in OURS.items() if name != "ce_id"},
        {name: value for name, value in OURS.items() if name != "ce_type"},
        {name: value for name, value in OURS.items() if name != "ce_producer"},
        {name: value for name, value in OURS.items() if name != "ce_epoch"},
        {name: value for name, value in OURS.items() if name != "ce_sequence"},
        OURS | {"ce_sequence": "one"},
        OURS | {"ce_sequence": "0"},
        OURS | {"ce_sequence": "-1"},
        OURS | {"ce_sequence": "9" * 30},
    ],
)
async def test_a_foreign_record_is_parked_once_and_holds_nobody_up(
    start: Start, headers: Mapping[str, str]
) -> None:
    line = await start()
    await line.bus.publish([Record("line", 0, str(GOOD), headers, b"?")])
    await line.settle()
    line = await start()  # the foreign record was the last one, and is not read again
    await line.bus.publish([Record("line", 0, str(GOOD), headers, b"another")])
    line.emit(*counted(GOOD, 1))
    await line.settle()
    assert line.applied() == [(GOOD, 1)]
    assert [row.reason for row in line.rows(INBOX.parked)] == ["foreign", "foreign"]
    assert line.rows(INBOX.gaps) == []
    assert line.replay() == Replayed(applied=0, left=2)


async def test_what_is_parked_and_missing_can_be_counted(start: Start) -> None:
    line = await start()
    ahead = OURS | {"ce_sequence": "3"}
    value = counted(GOOD, 3)[0].model_dump_json().encode()
    await line.bus.publish(
        [Record("line", 0, "", {}, b""), Record("line", 0, str(GOOD), ahead, value)]
    )
    await line.settle()
    inbox = Inbox(INBOX, line.clock)
    with line.consumer_db.snapshot() as session:
        assert (inbox.count_parked(session), inbox.count_gaps(session)) == (1, 1)


def hear(_line: Line, session: Session, news: Sequence[Received]) -> None:
    headers = [received.record.headers for received in news]
    rows = [{"type": it["ce_type"], "sequence": int(it["ce_sequence"])} for it in headers]
    session.connection().execute(HEARD.insert(), rows)


EVERY = Every(frozenset({"line"}), hear)


async def test_a_service_can_take_every_record_once_also_those_that_are_parked(
    start: Start,
) -> None:
    line = await start(poison=frozenset({BAD}), heard=EVERY)
    await line.bus.publish([Record("line", 0, "", {}, b"foreign")])
    ignored = [Ignored(agency_id=AGENCY, thing=BAD, number=0)]
    line.emit(*counted(BAD, 1), *ignored, *counted(BAD, 2))
    await settle_with_failures(line)
    line = await start(heard=EVERY)
    await line.settle()
    heard = [(row.type, row.sequence) for row in line.rows(HEARD)]
    assert heard == [
        ("line.thing.counted.v1", 1),
        ("line.thing.ignored.v1", 2),
        ("line.thing.counted.v1", 3),
    ]


async def test_nothing_counts_as_applied_when_taking_every_record_fails(
    start: Start,
) -> None:
    def cannot(line: Line, session: Session, news: Sequence[Received]) -> None:
        hear(line, session, news)
        raise PoisonError

    line = await start(heard=Every(frozenset({"line"}), cannot))
    line.emit(*counted(GOOD, 1))
    await line.relay.step()
    with pytest.raises(PoisonError):
        await line.hear()
    assert (line.applied(), line.rows(HEARD), line.rows(INBOX.marks)) == ([], [], [])
    line = await start(heard=EVERY)
    await line.settle()
    assert (len(line.applied()), len(line.rows(HEARD))) == (1, 1)
