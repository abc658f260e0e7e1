"""What lawfully lies outside the system serves its case, and the case says where it lies."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import Event
from tests.support.cabinet import (
    AGENCY,
    CUSTODIAN,
    OFFICER,
    OTHER_AGENCY,
    STRANGER,
    Cabinet,
    case,
    quarantined,
    stored,
    told,
)
from tests.support.house import settle
from tests.support.offsite import disk, offsite
from tests.support.telling_of_clips import (
    KEEPER,
    device_registered,
    keeper_changed,
    moved_offsite,
    registered_offsite,
)

DEVICE, OTHER_DEVICE = uuid4(), uuid4()


def lying(clip_id: UUID, agency_id: UUID = AGENCY) -> Event:
    """An hour of the officer's, which lies on the device."""
    start, end = stored(clip_id).recorded_start, stored(clip_id).recorded_end
    by = OFFICER.subject
    return registered_offsite(clip_id, DEVICE, agency_id, start, end, by=by, unit_id=AGENCY)


async def linked(c: Cabinet, clip_id: UUID) -> str:
    """Link a clip to the cabinet's case, and return the link's id."""
    body = {"clip_id": str(clip_id), "activity_id": str(c.activity_id)}
    made = await c.done(OFFICER, "PUT", f"/links/{uuid4()}", body)
    return str(made["link_id"])


async def elsewhere(c: Cabinet) -> list[dict[str, Any]]:
    return (await c.done(OFFICER, "GET", f"/cases/{c.case_id}"))["elsewhere"]


@pytest.mark.parametrize("device_first", [True, False])
async def test_a_case_lists_what_lies_elsewhere_with_device_and_keeper(
    c: Cabinet, *, device_first: bool
) -> None:
    clip_id = uuid4()
    news = [device_registered(DEVICE, AGENCY), lying(clip_id)]
    for event in news if device_first else news[::-1]:
        await c.hear(event)
    link_id = await linked(c, clip_id)
    place = {
        "clip_id": str(clip_id),
        "storage_device_id": str(DEVICE),
        "kind": "disk_array",
        "keeper_id": str(KEEPER),
    }
    assert await elsewhere(c) == [place]
    found = await c.done(OFFICER, "GET", f"/clips/{clip_id}")
    assert (found["state"], found["elsewhere"]) == ("offsite", place)
    assert found["recorded_start"] == "2026-01-05T06:00:00Z"
    await c.done(OFFICER, "POST", f"/links/{link_id}/end")
    assert await elsewhere(c) == []


async def test_until_the_devices_news_has_come_its_keeper_is_not_guessed(c: Cabinet) -> None:
    clip_id = uuid4()
    await c.hear(lying(clip_id))
    found = (await c.done(OFFICER, "GET", f"/clips/{clip_id}"))["elsewhere"]
    assert (found["storage_device_id"], found["kind"], found["keeper_id"]) == (
        str(DEVICE),
        None,
        None,
    )


async def test_a_case_follows_moves_and_changes_of_keeper(c: Cabinet) -> None:
    clip_id, successor = uuid4(), uuid4()
    await c.hear(
        *(device_registered(DEVICE, AGENCY), device_registered(OTHER_DEVICE, AGENCY)),
        lying(clip_id),
    )
    await linked(c, clip_id)
    await c.hear(moved_offsite(clip_id, AGENCY, DEVICE, OTHER_DEVICE))
    await c.hear(keeper_changed(OTHER_DEVICE, AGENCY, successor))
    (place,) = await elsewhere(c)
    assert (place["storage_device_id"], place["kind"]) == (str(OTHER_DEVICE), "disk_array")
    assert place["keeper_id"] == str(successor)


async def test_a_recording_brought_in_lies_elsewhere_no_more(c: Cabinet) -> None:
    clip_id = uuid4()
    await c.hear(device_registered(DEVICE, AGENCY), lying(clip_id))
    await linked(c, clip_id)
    await c.hear(stored(clip_id), moved_offsite(clip_id, AGENCY, DEVICE, OTHER_DEVICE))
    assert await elsewhere(c) == []
    assert (await c.done(OFFICER, "GET", f"/clips/{clip_id}"))["state"] == "stored"


async def test_wrong_bytes_sent_for_it_say_nothing_against_the_recording(c: Cabinet) -> None:
    clip_id = uuid4()
    await c.hear(lying(clip_id), quarantined(clip_id))
    assert (await c.done(OFFICER, "GET", f"/clips/{clip_id}"))["state"] == "offsite"
    await linked(c, clip_id)


async def test_a_case_is_not_over_before_what_was_filmed_of_it_elsewhere(c: Cabinet) -> None:
    clip_id = uuid4()
    await c.hear(lying(clip_id))
    await linked(c, clip_id)
    end: dict[str, Any] = {"ended_on": "2026-01-04", "traits": []}
    answer = await c.call(OFFICER, "POST", f"/cases/{c.case_id}/end", end)
    assert told(answer) == (422, "catalog.end-too-early")


async def test_another_agencys_recordings_are_not_listed_nor_found(c: Cabinet) -> None:
    clip_id, case_id = uuid4(), uuid4()
    await c.hear(device_registered(DEVICE, AGENCY), lying(clip_id))
    await linked(c, clip_id)
    await c.done(STRANGER, "PUT", f"/cases/{case_id}", case(unit_id=str(OTHER_AGENCY)))
    assert (await c.done(STRANGER, "GET", f"/cases/{case_id}"))["elsewhere"] == []
    assert (await c.call(STRANGER, "GET", f"/clips/{clip_id}")).status_code == 404


async def test_what_an_officer_registers_is_found_with_its_case(c: Cabinet) -> None:
    """From ingest's own routes to the case, by ingest's own events."""
    h, keeper = c.house, str(uuid4())
    path = f"/ingest/v1/storage-devices/{uuid4()}"
    device = await h.done(CUSTODIAN, "PUT", path, disk(keeper_id=keeper))
    body = offsite(device["storage_device_id"], b"a film", unit_id=str(AGENCY))
    people = {"filmed_by": str(OFFICER.subject), "officers": [str(OFFICER.subject)]}
    entry = await h.done(OFFICER, "PUT", f"/ingest/v1/offsite-clips/{uuid4()}", body | people)
    await settle(h.app)
    await linked(c, UUID(entry["clip_id"]))
    (place,) = await elsewhere(c)
    assert place["storage_device_id"] == device["storage_device_id"]
    assert (place["kind"], place["keeper_id"]) == ("disk_array", keeper)
