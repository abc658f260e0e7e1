"""Devices' clocks are read against the server's; films keep the times that their devices told."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from contracts.identity import Role
from ingest.domain.names import device_id_of
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.offsite import (
    AGENCY,
    CUSTODIAN,
    LEADER,
    OFFICER,
    STRANGER,
    look_alike,
    refusals,
    told,
)
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import clip, upload

CLOCKS = "/ingest/v1/device-clocks"
READ = "ingest.device_clock.read.v1"
DEVICE = "执法仪-0017"
DEVICE_ID = str(device_id_of(AGENCY, DEVICE))


def shown(device_time: str, **other: object) -> dict[str, object]:
    """What a dock tells of the device's clock; ours says 09:00:00 UTC."""
    said = {"key": str(uuid4()), "device_no": DEVICE, "device_time": device_time}
    return said | {"round_trip_ms": 80} | other


def asking(recorded_at: str, device_no: str = DEVICE) -> str:
    return f"{CLOCKS}?{urlencode({'device_no': device_no, 'recorded_at': recorded_at})}"


async def test_a_dock_reports_a_clock_and_the_server_says_how_far_off_it_is(h: House) -> None:
    body = shown("2026-01-05T17:00:07+08:00", read_ago_ms=460)
    reading = await h.done(OFFICER, "POST", CLOCKS, body)
    # It was read 460 ms before half of 80 ms before 09:00:00.
    assert (reading["offset_ms"], reading["uncertainty_ms"]) == (7_500, 1_041)
    assert datetime.fromisoformat(reading["read_at"]).microsecond == 500_000
    assert not reading["is_doubtful"]
    (event,) = of_type(h, READ)
    assert (event["device_id"], event["offset_ms"], event["uncertainty_ms"]) == (
        DEVICE_ID,
        7_500,
        1_041,
    )
    assert "执法仪" not in str(event)


async def test_who_has_the_event_alone_can_measure_once_more(h: House) -> None:
    body = shown("2026-01-05T17:00:07+08:00", round_trip_ms=81, read_ago_ms=460, resolution_ms=500)
    reading = await h.done(OFFICER, "POST", CLOCKS, body)
    (event,) = of_type(h, READ)
    device_time, read_at = (datetime.fromisoformat(event[it]) for it in ("device_time", "read_at"))
    measured = {
        "offset_ms": (device_time - read_at) // timedelta(milliseconds=1),
        "uncertainty_ms": -(-event["round_trip_ms"] // 2) + event["resolution_ms"] + 1,
    }
    assert measured == {name: reading[name] for name in measured}
    assert measured == {name: event[name] for name in measured}
    waited = timedelta(milliseconds=event["read_ago_ms"] + event["round_trip_ms"] // 2)
    assert read_at + waited == datetime.fromisoformat(reading["received_at"])


async def test_a_reading_sent_again_stays_the_first(h: House, clock: FrozenClock) -> None:
    body = shown("2026-01-05T09:00:00Z")
    first = await h.done(CUSTODIAN, "POST", CLOCKS, body)
    clock.move(timedelta(seconds=30))  # its answer was lost
    assert await h.done(CUSTODIAN, "POST", CLOCKS, body) == first
    other = await h.call(CUSTODIAN, "POST", CLOCKS, body | {"device_time": "2026-01-05T09:00:01Z"})
    assert told(other) == (409, "ingest.key-taken")
    assert refusals(h) == [("ingest.key-taken", first["reading_id"], AGENCY)]
    assert len(of_type(h, READ)) == 1


@pytest.mark.parametrize(
    "device_time",
    [
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2107-12-31T23:59:58Z",
        "9999-12-31T23:59:59Z",
    ],
)
async def test_a_clock_that_was_never_set_is_kept_and_flagged(h: House, device_time: str) -> None:
    reading = await h.done(OFFICER, "POST", CLOCKS, shown(device_time))
    assert reading["is_doubtful"]
    found = await h.done(OFFICER, "GET", asking(device_time))
    assert (found["before"], found["after"]) == (reading, None)
    assert (found["offset_ms"], found["is_doubtful"]) == (reading["offset_ms"], True)
    (event,) = of_type(h, READ)
    assert event["is_doubtful"]


async def test_between_two_readings_the_offset_lies_between(h: House, clock: FrozenClock) -> None:
    await h.done(OFFICER, "POST", CLOCKS, shown("2026-01-05T09:00:02Z", round_trip_ms=0))
    clock.move(timedelta(days=1))
    await h.done(OFFICER, "POST", CLOCKS, shown("2026-01-06T09:00:06Z", round_trip_ms=0))
    between = await h.done(LEADER, "GET", asking("2026-01-06T05:00:04+08:00"))
    assert (between["offset_ms"], between["uncertainty_ms"]) == (4_000, 3_001)
    assert (between["before"]["offset_ms"], between["after"]["offset_ms"]) == (2_000, 6_000)
    assert not between["was_set"]
    after = await h.done(LEADER, "GET", asking("2026-01-16T09:00:06Z"))
    assert (after["offset_ms"], after["after"]) == (6_000, None)
    assert after["uncertainty_ms"] == 1_001 + 86_400  # ten days, of 100 millionths each


async def test_a_film_keeps_the_times_that_its_device_told(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    before = await clip(h, OFFICER, clip_id)
    await h.done(OFFICER, "POST", CLOCKS, shown("2026-01-05T09:10:00Z"))
    assert await clip(h, OFFICER, clip_id) == before


async def test_another_agency_cannot_tell_a_known_device_from_an_unknown_one(h: House) -> None:
    body = shown("2026-01-05T09:00:02Z")
    await h.done(OFFICER, "POST", CLOCKS, body)
    at = "2026-01-05T09:00:00Z"
    answer = await look_alike(h, STRANGER, asking(at), asking(at, "没有的设备"))
    assert told(answer) == (404, "ingest.device-clock-unknown")
    theirs: Any = await h.done(STRANGER, "POST", CLOCKS, body | {"device_time": at})
    assert theirs["device_id"] != DEVICE_ID
    own = await h.done(OFFICER, "GET", asking(at))
    assert (own["offset_ms"], own["before"]) == (2_040, None)
    assert len(refusals(h)) == 2


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.LEADER, Role.LAWYER])
async def test_only_officers_and_custodians_report_a_clock(h: House, role: Role) -> None:
    who = person(role, agency_id=AGENCY)
    answer = await h.call(who, "POST", CLOCKS, shown("2026-01-05T09:00:00Z"))
    assert told(answer) == (403, "common.not-for-role")
    assert (of_type(h, READ), len(refusals(h))) == ([], 1)


@pytest.mark.parametrize(
    "odd",
    [
        {"round_trip_ms": -1},
        {"round_trip_ms": 60_001},
        {"device_time": "2026-01-05T09:00:00"},
        {"device_time": "0001-01-01T00:00:00+08:00"},
        {"device_no": " "},
        {"offset_ms": 0},
    ],
)
async def test_an_odd_report_is_refused(h: House, odd: dict[str, object]) -> None:
    answer = await h.call(OFFICER, "POST", CLOCKS, shown("2026-01-05T09:00:00Z") | odd)
    assert told(answer) == (422, "common.invalid")
    assert of_type(h, READ) == []
