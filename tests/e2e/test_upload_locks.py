"""What is kept is locked in the store, for as long as the law and its cases say, and not less."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from common.objects import StoreAwayError
from common.s3 import Address, Bucket
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from ingest.domain.clip import Lock, LockedClip, Original
from ingest.operations.locking import apply_lock
from ingest.store.locks import set_lock
from ingest.tables import ClipRow, LockRow
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.receiving import receiving
from tests.support.said import say
from tests.support.uploads import announce, ask, begin, clip, scheduled, send, upload
from tools.engines import s3

FILM = b"a film"
DIGEST = sha256(FILM).hexdigest()
OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
IN_2056 = datetime(2055, 12, 31, 16, tzinfo=UTC)
"""The first of January begins in Asia/Shanghai."""


def locked_until(h: House, digest: str = DIGEST) -> datetime:
    until = h.ctx("ingest").objects.locked_until(digest)
    assert until is not None
    return until


def unapplied(h: House) -> list[UUID]:
    with h.ctx("ingest").db.snapshot() as session:
        return [row.clip_id for row in session.exec(select(LockRow)) if not row.is_applied]


async def test_a_film_is_locked_when_it_is_kept(tmp_path: Path, store_url: str) -> None:
    before = datetime.now(UTC)
    async with receiving(tmp_path, store_url) as h:
        await upload(h, OFFICER, FILM, uuid4())
        thirty = timedelta(days=30)
        assert before + thirty <= locked_until(h) <= datetime.now(UTC) + thirty * 1.01


async def test_also_a_film_that_is_not_what_was_announced_is_locked(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        announced = await announce(h, OFFICER, b"A film")
        answer = await send(h, OFFICER, announced.headers["location"], 0, FILM)
        assert answer.status_code == 422
        assert locked_until(h) > datetime.now(UTC)


async def test_the_store_follows_the_schedules_and_a_lock_is_never_shortened(
    tmp_path: Path, store_url: str
) -> None:
    client_id = uuid4()
    clip_id = clip_id_of(OFFICER.agency_id, client_id)
    async with receiving(tmp_path, store_url) as h:
        await say(h, scheduled(OFFICER, clip_id, date(2056, 1, 1)))  # before the clip is kept
        assert unapplied(h) == [clip_id]
        await upload(h, OFFICER, FILM, client_id)
        assert locked_until(h) == IN_2056
        await say(h, scheduled(OFFICER, clip_id, date(2030, 1, 1)))
        assert (locked_until(h), unapplied(h)) == (IN_2056, [])
        await say(h, scheduled(OFFICER, clip_id, None))
        assert locked_until(h) > datetime.now(UTC) + timedelta(days=36524)
        assert unapplied(h) == []
    async with receiving(tmp_path, store_url) as h:
        await settle(h.app)
        assert locked_until(h) > datetime.now(UTC) + timedelta(days=36524)


async def test_two_clips_of_the_same_bytes_are_kept_for_the_longer_of_their_times(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        for year in (2056, 2030):
            of_another = person(Role.OFFICER, agency_id=uuid4())
            clip_id = await upload(h, of_another, FILM)
            await say(h, scheduled(of_another, clip_id, date(year, 1, 1)))
        assert (locked_until(h), unapplied(h)) == (IN_2056, [])


async def test_a_schedule_that_came_while_a_lock_was_applied_is_applied_too(tmp_path: Path) -> None:
    client_id = uuid4()
    clip_id = clip_id_of(OFFICER.agency_id, client_id)
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        await upload(h, OFFICER, FILM, client_id)
        ctx = h.ctx("ingest")
        with ctx.db.transaction() as session:
            set_lock(session, clip_id, Lock(date(2056, 1, 1)))
        original = Original(OFFICER.agency_id, clip_id, DIGEST, None)
        apply_lock(ctx, LockedClip(original, Lock(date(2030, 1, 1))))
        assert unapplied(h) == [clip_id]
        await settle(h.app)
        assert (locked_until(h), unapplied(h)) == (IN_2056, [])


async def test_a_lock_that_cannot_be_applied_stops_no_other(tmp_path: Path) -> None:
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        films = [b"film %d" % number for number in range(3)]
        kept = {await upload(h, OFFICER, film): sha256(film).hexdigest() for film in films}
        lost, *others = sorted(kept)
        (tmp_path / "objects" / kept[lost][:2] / kept[lost]).unlink()
        await say(h, *(scheduled(OFFICER, clip_id, date(2056, 1, 1)) for clip_id in kept))
        assert unapplied(h) == [lost]
        assert {locked_until(h, kept[clip_id]) for clip_id in others} == {IN_2056}


async def test_while_the_store_is_away_nothing_is_lost_and_all_follows_when_it_is_back(
    tmp_path: Path, mortal_s3: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    async with receiving(tmp_path, mortal_s3.new_bucket()) as h:
        retention, ingesting = (h.app.state.apps[it].state.steps for it in ("retention", "ingest"))
        old = await upload(h, OFFICER, FILM)
        mortal_s3.server.kill()
        ctx = h.ctx("retention")
        with ctx.db.transaction() as session:
            ctx.outbox.emit(session, scheduled(OFFICER, old, date(2056, 1, 1)))
        await retention["relay"](0)
        await ingesting["consumer"](0)
        location, new = await begin(h, OFFICER, b"new film")
        answer = await send(h, OFFICER, location, 0, b"new film")
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, "8")
        for name in ("locker", "finaliser"):
            with pytest.raises(StoreAwayError):
                await ingesting[name](0)
        mortal_s3.server.start()
        await settle(h.app)
        assert (locked_until(h), unapplied(h)) == (IN_2056, [])
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "8"
        assert (await clip(h, OFFICER, new))["state"] == "stored"


async def test_a_schedule_locks_the_version_that_was_proved(tmp_path: Path, s3_bucket: str) -> None:
    """And not the oldest of its name, where somebody who may write there was faster."""
    bucket, key = Bucket(Address.of(s3_bucket)), f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
    async with receiving(tmp_path, s3_bucket) as h:
        clip_id = await upload(h, OFFICER, FILM)
        bucket.put_over(key, BytesIO(FILM), len(FILM))
        proved, oldest = bucket.versions(key)
        with h.ctx("ingest").db.transaction() as session:
            row = session.exec(select(ClipRow).where(ClipRow.clip_id == clip_id)).one()
            row.object_version = proved.id
        await say(h, scheduled(OFFICER, clip_id, date(2056, 1, 1)))
        locks = [bucket.lock(version) for version in (proved, oldest)]
        assert [lock and lock.until == IN_2056 for lock in locks] == [True, False]
        assert unapplied(h) == []
