"""The lock that the store has is written down, shown and announced as the store says it."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa

from contracts.identity import Role
from ingest.domain.clip import Lock, LockedClip, Original, Taken
from ingest.operations.locking import apply_lock
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.receiving import receiving
from tests.support.said import of_type, say
from tests.support.uploads import clip, scheduled, upload

FILM = b"a film"
DIGEST = sha256(FILM).hexdigest()
OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
LOCKED = "ingest.clip.locked.v1"
IN_2056 = datetime(2055, 12, 31, 16, tzinfo=UTC)
"""The first of January begins in Asia/Shanghai."""


def told(h: House) -> list[datetime]:
    return [datetime.fromisoformat(event["until"]) for event in of_type(h, LOCKED)]


def until(shown: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(shown["store_lock"]["until"])


async def test_the_first_lock_is_shown_and_announced_as_the_store_has_it(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        clip_id = await upload(h, OFFICER, FILM)
        shown = await clip(h, OFFICER, clip_id)
        is_folder = urlsplit(store_url).scheme == "file"
        assert until(shown) == h.ctx("ingest").objects.locked_until(DIGEST)
        assert shown["store_lock"]["mode"] == ("software" if is_folder else "governance")
        assert (shown["store_lock"]["version"] is None) == is_folder
        in_thirty_days = datetime.now(UTC) + timedelta(days=30)
        assert abs(date.fromisoformat(shown["locked_until"]) - in_thirty_days.date()).days <= 2
        (event,) = of_type(h, LOCKED)
        assert (event["clip_id"], event["sha256"]) == (str(clip_id), DIGEST)
        assert (event["agency_id"], event["mode"]) == (
            str(OFFICER.agency_id),
            shown["store_lock"]["mode"],
        )
        assert told(h) == [until(shown)]


async def test_each_longer_lock_is_shown_and_announced_and_no_shorter_one(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        clip_id = await upload(h, OFFICER, FILM)
        for day in (date(2056, 1, 1), date(2030, 1, 1), date(2056, 1, 1)):
            await say(h, scheduled(OFFICER, clip_id, day))
        shown = await clip(h, OFFICER, clip_id)
        assert (until(shown), shown["locked_until"]) == (IN_2056, "2056-01-01")
        assert told(h)[1:] == [IN_2056]
        await say(h, scheduled(OFFICER, clip_id, None))
        shown = await clip(h, OFFICER, clip_id)
        assert until(shown) > datetime.now(UTC) + timedelta(days=36524)
        assert told(h)[2:] == [until(shown)]


async def test_a_lock_that_was_applied_and_not_recorded_is_announced_once(
    tmp_path: Path, store_url: str
) -> None:
    """What a process leaves that is killed between the two, and what two replicas do at once."""
    async with receiving(tmp_path, store_url) as h:
        clip_id = await upload(h, OFFICER, FILM)
        h.ctx("ingest").objects.lock_until(DIGEST, IN_2056)
        await say(h, scheduled(OFFICER, clip_id, date(2056, 1, 1)))
        original = Original(OFFICER.agency_id, clip_id, DIGEST, None)
        apply_lock(h.ctx("ingest"), LockedClip(original, Lock(date(2056, 1, 1))))
        assert told(h)[1:] == [IN_2056]


async def test_a_film_handed_in_again_extends_its_originals_lock(tmp_path: Path) -> None:
    async with receiving(tmp_path, (tmp_path / "objects").as_uri()) as h:
        clip_id = await upload(h, OFFICER, FILM)
        first = until(await clip(h, OFFICER, clip_id))
        await upload(h, OFFICER, FILM)
        again = until(await clip(h, OFFICER, clip_id))
        assert again >= first
        assert again == h.ctx("ingest").objects.locked_until(DIGEST)


async def test_the_lock_of_a_clip_kept_by_an_earlier_version_is_read_from_the_store(
    tmp_path: Path, store_url: str
) -> None:
    async with receiving(tmp_path, store_url) as h:
        clip_id = await upload(h, OFFICER, FILM)
        before = await clip(h, OFFICER, clip_id)
        with h.ctx("ingest").db.transaction() as session:
            session.connection().execute(
                sa.text("UPDATE clip_lock SET taken_until = NULL, is_applied = false")
            )
        assert (await clip(h, OFFICER, clip_id))["store_lock"] is None
        await settle(h.app)
        after = await clip(h, OFFICER, clip_id)
        assert after["store_lock"] | {"at": None} == before["store_lock"] | {"at": None}


def test_a_lock_that_ends_within_a_day_forbids_all_of_it() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    ends = [
        Taken(it, "software", None, at).ends_on for it in (IN_2056, IN_2056 + timedelta(hours=1))
    ]
    assert ends == [date(2056, 1, 1), date(2056, 1, 2)]
