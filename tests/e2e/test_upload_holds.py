"""What serves a held case is held in the store, until the last hold on it is released."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from common.clock import SystemClock
from common.events import Event
from common.objects import ObjectLockedError
from contracts.catalog import ClipLinked, ClipUnlinked
from contracts.identity import Role
from contracts.retention import HoldPlaced, HoldReleased
from ingest.domain.announcement import clip_id_of
from ingest.domain.clip import Original
from ingest.operations.holding import apply_hold
from ingest.store import holds
from ingest.store.taking import TAKEN_FOR
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.receiving import receiving
from tests.support.said import said, say
from tests.support.uploads import clip, scheduled, upload

FILM = b"a film"
DIGEST = sha256(FILM).hexdigest()
OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
OF_ANOTHER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
CASE, SECOND = uuid4(), uuid4()
HELD, RELEASED = "ingest.clip.held.v1", "ingest.clip.released.v1"


def linked(clip_id: UUID, case_id: UUID = CASE) -> ClipLinked:
    ids = {name: uuid4() for name in ("link_id", "activity_id", "unit_id", "linked_by")}
    return ClipLinked(agency_id=OFFICER.agency_id, clip_id=clip_id, case_id=case_id, **ids)


def placed(case_id: UUID = CASE) -> HoldPlaced:
    return HoldPlaced(
        agency_id=OFFICER.agency_id,
        hold_id=uuid4(),
        case_id=case_id,
        mandate="litigation",
        placed_by=uuid4(),
    )


def released(hold: HoldPlaced) -> HoldReleased:
    return HoldReleased(
        agency_id=hold.agency_id, hold_id=hold.hold_id, case_id=hold.case_id, released_by=uuid4()
    )


def is_held(h: House, digest: str = DIGEST) -> bool:
    return h.ctx("ingest").objects.is_held(digest)


def told(h: House) -> list[str]:
    return [kind for kind in said(h, "ingest") if kind in {HELD, RELEASED}]


async def test_a_film_is_held_until_the_last_hold_on_it_is_released(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        clip_id = await upload(h, OFFICER, FILM)
        first, another = placed(), placed(SECOND)
        await say(h, linked(clip_id), linked(clip_id, SECOND), first, another)
        shown = await clip(h, OFFICER, clip_id)
        assert (is_held(h), shown["is_held"], told(h)) == (True, True, [HELD])
        assert datetime.fromisoformat(shown["held_since"]) <= datetime.now(UTC)
        await say(h, released(first))
        shown = await clip(h, OFFICER, clip_id)
        assert (is_held(h), shown["is_held"], told(h)) == (True, True, [HELD])
        await say(h, released(another))
        shown = await clip(h, OFFICER, clip_id)
        assert (is_held(h), shown["is_held"], shown["held_since"]) == (False, False, None)
        assert told(h) == [HELD, RELEASED]


async def test_a_released_hold_shortens_no_lock(tmp_path: Path, store_url: str) -> None:
    async with receiving(tmp_path, store_url) as h:
        clip_id, hold = await upload(h, OFFICER, FILM), placed()
        await say(h, linked(clip_id), hold, scheduled(OFFICER, clip_id, date(2056, 1, 1)))
        objects = h.ctx("ingest").objects
        before = objects.locked_until(DIGEST)
        await say(h, released(hold))
        assert (is_held(h), objects.locked_until(DIGEST)) == (False, before)
        assert before
        assert before > datetime.now(UTC) + timedelta(days=365)
        with pytest.raises(ObjectLockedError):
            objects.remove(DIGEST)


async def test_clips_of_the_same_bytes_are_held_while_any_of_them_is(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        mine, theirs = await upload(h, OFFICER, FILM), await upload(h, OF_ANOTHER, FILM)
        first, another = placed(), placed(SECOND)
        await say(h, linked(mine), linked(theirs, SECOND), first, another)
        await say(h, released(first))
        assert (is_held(h), told(h)) == (True, [HELD, HELD, RELEASED])
        assert (await clip(h, OFFICER, mine))["is_held"] is False
        assert (await clip(h, OF_ANOTHER, theirs))["is_held"] is True
        await say(h, released(another))
        assert (is_held(h), told(h)) == (False, [HELD, HELD, RELEASED, RELEASED])


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_whatever_is_heard_first_a_film_of_a_held_case_is_held(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    client_id = uuid4()
    clip_id = clip_id_of(OFFICER.agency_id, client_id)
    news: list[Event | None] = [linked(clip_id), placed(), None]
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        for event in (news[place] for place in order):
            if event:
                await say(h, event)
            else:
                await upload(h, OFFICER, FILM, client_id)
        await settle(h.app)
        assert (is_held(h), told(h)) == (True, [HELD])


async def test_taking_a_film_out_of_a_case_frees_it_of_no_hold(tmp_path: Path) -> None:
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        link = linked(await upload(h, OFFICER, FILM))
        ids = {"agency_id", "link_id", "clip_id", "activity_id", "case_id"}
        unlinked = ClipUnlinked(**link.model_dump(include=ids), unlinked_by=uuid4())
        await say(h, link, unlinked, placed())
        assert is_held(h)


@pytest.mark.parametrize("is_over", [False, True])
async def test_a_hold_that_a_killed_process_left_half_way_is_ended_by_the_next(
    tmp_path: Path, store_url: str, *, is_over: bool
) -> None:
    """It had told the store, and not yet recorded that; meanwhile the hold may be over."""
    async with receiving(tmp_path, store_url) as h:
        clip_id, hold = await upload(h, OFFICER, FILM), placed()
        ctx = h.ctx("ingest")
        with ctx.db.transaction() as session:
            holds.remember_link(session, clip_id, CASE, OFFICER.agency_id)
            holds.remember_hold(session, hold.hold_id, OFFICER.agency_id, CASE, is_released=False)
            holds.weigh(session, clip_id)
            holds.take_hold(session, clip_id, ctx.settings.replica, ctx.clock.now())
        ctx.objects.hold(DIGEST)
        with ctx.db.transaction() as session:
            holds.remember_hold(session, hold.hold_id, OFFICER.agency_id, CASE, is_released=is_over)
            holds.weigh(session, clip_id)
    async with receiving(tmp_path, store_url) as h:
        await settle(h.app)
        assert (is_held(h), told(h)) == ((False, []) if is_over else (True, [HELD]))
        original = Original(OFFICER.agency_id, clip_id, DIGEST, None)
        apply_hold(h.ctx("ingest"), original)
        assert told(h) == ([] if is_over else [HELD])


async def test_one_replica_at_a_time_tells_the_store_of_a_film(tmp_path: Path) -> None:
    clock = FrozenClock(SystemClock().now())
    async with receiving(tmp_path, (tmp_path / "objects").as_uri(), clock) as h:
        clip_id = await upload(h, OFFICER, FILM)
        ctx = h.ctx("ingest")
        with ctx.db.transaction() as session:
            holds.remember_link(session, clip_id, CASE, OFFICER.agency_id)
            hold_id = placed().hold_id
            holds.remember_hold(session, hold_id, OFFICER.agency_id, CASE, is_released=False)
            holds.weigh(session, clip_id)
            assert holds.take_hold(session, clip_id, 1, clock.now())
        assert not apply_hold(ctx, Original(OFFICER.agency_id, clip_id, DIGEST, None))
        await settle(h.app)
        assert not is_held(h)
        clock.move(TAKEN_FOR)
        await settle(h.app)
        assert is_held(h)


async def test_a_hold_that_cannot_be_applied_stops_no_other(tmp_path: Path) -> None:
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        films = [b"film %d" % number for number in range(3)]
        kept = {await upload(h, OFFICER, film): sha256(film).hexdigest() for film in films}
        lost, *others = sorted(kept)
        (tmp_path / "objects" / kept[lost][:2] / kept[lost]).unlink()
        await say(h, *(linked(clip_id) for clip_id in kept), placed())
        assert [is_held(h, kept[clip_id]) for clip_id in others] == [True, True]
        assert (await clip(h, OFFICER, lost))["held_since"] is None
