"""A device whose battery died says 2099: its film is taken, and what it claims is flagged.

Now is 17:00 on 5 January 2026 in Asia/Shanghai.
"""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.packs import activated
from tests.support.people import person
from tests.support.said import of_type, say
from tests.support.uploads import TUS, announce, clip, send

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
FILM = b"film"
H = timedelta(hours=1)
STORED, OVERDUE = "ingest.clip.stored.v1", "ingest.duty.overdue.v1"


async def begin(h: House, start: str, end: str) -> tuple[str, UUID]:
    answer = await announce(h, OFFICER, FILM, None, recorded_start=start, recorded_end=end)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"], UUID(answer.headers["clip-id"])


async def kept(h: House, start: str, end: str) -> UUID:
    location, clip_id = await begin(h, start, end)
    assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
    await settle(h.app)
    return clip_id


@pytest.mark.parametrize(
    ("start", "end", "ahead_ms"),
    [
        ("2099-01-01T00:00:00Z", "2099-01-01T00:02:00Z", 2303305320000),
        ("2026-01-05T08:00:00Z", "2026-01-05T09:00:30Z", 30000),
        ("2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", None),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:02:00Z", None),
    ],
)
async def test_its_bytes_are_kept_and_its_claim_is_flagged(
    h: House, start: str, end: str, ahead_ms: int | None
) -> None:
    clip_id = await kept(h, start, end)
    known = await clip(h, OFFICER, clip_id)
    assert (known["state"], known["recorded_ahead_ms"]) == ("stored", ahead_ms)
    assert known["recorded_end"] == end  # the claim itself stays as it was made
    (told,) = of_type(h, STORED)
    assert told["recorded_ahead_ms"] == ahead_ms


async def test_a_reading_that_explains_it_lifts_the_flag(h: House, clock: FrozenClock) -> None:
    clip_id = await kept(h, "2026-01-05T09:20:00Z", "2026-01-05T09:30:00Z")
    assert (await clip(h, OFFICER, clip_id))["recorded_ahead_ms"] == 30 * 60_000
    body = {
        "key": str(uuid4()),
        "device_no": "执法仪-0017",
        "device_time": (clock.now() + 0.75 * H).isoformat(),
        "round_trip_ms": 0,
        "resolution_ms": 1000,
    }
    await h.done(OFFICER, "POST", "/ingest/v1/device-clocks", body)
    assert (await clip(h, OFFICER, clip_id))["recorded_ahead_ms"] is None


async def test_the_law_does_not_wait_until_2099(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, "s4-xinle-fagai"))
    _, clip_id = await begin(h, "2099-01-01T00:00:00Z", "2099-01-01T00:02:00Z")
    clock.move(25 * H)
    await settle(h.app)
    (told,) = of_type(h, OVERDUE)
    assert (told["clip_id"], told["due_at"][:16]) == (str(clip_id), "2026-01-06T09:00")
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": "late"})
    assert [it["clip_id"] for it in found["items"]] == [str(clip_id)]


async def test_an_upload_that_begins_anew_gives_no_more_time(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, "s4-xinle-fagai"))
    words = {"recorded_start": "2099-01-01T00:00:00Z", "recorded_end": "2099-01-01T00:02:00Z"}
    its_id = uuid4()
    for _ in range(3):
        answer = await announce(h, OFFICER, FILM, its_id, **words)
        assert answer.status_code == 201
        await h.call(OFFICER, "DELETE", answer.headers["location"], headers=TUS)
        clock.move(8 * H + timedelta(seconds=1))
    await settle(h.app)
    (told,) = of_type(h, OVERDUE)
    assert told["due_at"][:16] == "2026-01-06T09:00"
