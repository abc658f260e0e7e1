"""Uploads of a replica that was drained and is not one of those that receive any more."""

import hashlib
import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.identity import Role
from ingest.domain.upload import id_at
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import TUS, announce, ask, begin, clip, send

OFFICER = person(Role.OFFICER, agency_id=uuid4())
FILM = hashlib.shake_256(b"a stranded film").digest(3000)
GONE_REPLICA = 3
ALARM = "acknowledged bytes are with a replica that is gone"


def strand(h: House, location: str, replica: int = GONE_REPLICA) -> str:
    """Have an upload lie with another replica, and return its address there."""
    stranded = id_at(replica, uuid4().bytes)
    said = {"there": stranded, "here": location.rpartition("/")[2]}
    with h.ctx("ingest").db.transaction() as session:
        move = text("UPDATE upload SET upload_id = :there WHERE upload_id = :here")
        assert session.connection().execute(move, said).rowcount == 1
    return f"/ingest/uploads/{stranded}"


async def stranded_unbegun(h: House, client_id: UUID | None = None) -> str:
    location, _ = await begin(h, OFFICER, FILM, client_id)
    return strand(h, location)


async def stranded_begun(h: House) -> str:
    location, _ = await begin(h, OFFICER, FILM)
    await send(h, OFFICER, location, 0, FILM[:1000])
    return strand(h, location)


async def test_what_lies_there_without_a_byte_is_gone_at_once(h: House) -> None:
    location = await stranded_unbegun(h)
    sent = await send(h, OFFICER, location, 0, FILM)
    assert (sent.status_code, sent.json()["code"]) == (410, "ingest.upload-gone")
    for method in ("HEAD", "DELETE"):
        assert (await h.call(OFFICER, method, location, headers=TUS)).status_code == 410


async def test_the_same_announcement_begins_it_anew_here(h: House) -> None:
    client_id = uuid4()
    old = await stranded_unbegun(h, client_id)
    anew = await announce(h, OFFICER, FILM, client_id)
    assert (anew.status_code, anew.headers["upload-offset"]) == (201, "0")
    assert anew.headers["location"] != old
    assert (await send(h, OFFICER, anew.headers["location"], 0, FILM)).status_code == 204
    stored = await clip(h, OFFICER, UUID(anew.headers["clip-id"]))
    assert stored["sha256"] == hashlib.sha256(FILM).hexdigest()
    (ended,) = of_type(h, "ingest.upload.ended.v1")
    assert (ended["reason"], ended["received_bytes"]) == ("terminated", 0)


async def test_acknowledged_bytes_there_are_asked_for_by_an_alarm_and_not_given_up(
    h: House, caplog: pytest.LogCaptureFixture
) -> None:
    location = await stranded_begun(h)
    with caplog.at_level(logging.ERROR):
        away = await send(h, OFFICER, location, 1000, FILM[1000:])
    assert (away.status_code, away.json()["code"]) == (503, "ingest.replica-away")
    assert [record.message for record in caplog.records] == [ALARM]
    assert of_type(h, "ingest.upload.ended.v1") == []


@pytest.mark.parametrize("is_begun", [False, True])
async def test_what_lies_there_expires_like_any_other(
    h: House, clock: FrozenClock, *, is_begun: bool
) -> None:
    location = await (stranded_begun(h) if is_begun else stranded_unbegun(h))
    clock.move(timedelta(days=30))
    await settle(h.app)
    assert of_type(h, "ingest.upload.ended.v1") == []
    clock.move(timedelta(seconds=1))
    await settle(h.app)
    assert (await ask(h, OFFICER, location)).status_code == 410
    (ended,) = of_type(h, "ingest.upload.ended.v1")
    assert ended["reason"] == "expired"


async def test_a_film_that_was_kept_from_there_is_still_said_to_be(h: House) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    await send(h, OFFICER, location, 0, FILM)
    asked = await ask(h, OFFICER, strand(h, location))
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, str(len(FILM)))


async def test_the_replica_it_lay_with_sweeps_away_what_was_begun_anew_elsewhere(
    tmp_path: Path, clock: FrozenClock
) -> None:
    client_id = uuid4()
    async with house(tmp_path, clock) as h:
        location, _ = await begin(h, OFFICER, FILM, client_id)
        await send(h, OFFICER, location, 0, FILM[:1000])
        left = h.data / "spool" / location.rpartition("/")[2]
        await h.call(OFFICER, "DELETE", location, headers=TUS)
        left.write_bytes(FILM[:1000])  # its process died before it was removed
        there = strand(h, location)  # for whom this replica is another
        anew, _ = await begin(h, OFFICER, FILM, client_id)
        left.rename(h.data / "spool" / there.rpartition("/")[2])
    async with house(tmp_path, clock) as h:
        await settle(h.app)
        assert list((h.data / "spool").iterdir()) == []
        assert (await send(h, OFFICER, anew, 0, FILM)).status_code == 204
        assert (await ask(h, OFFICER, there)).status_code == 410
