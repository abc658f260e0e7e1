"""Recordings that lawfully lie outside the system have their entry, and may come in later.

S4, art. 23: 储存至……行政执法信息系统或者指定的存储设备.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from ingest.domain.names import device_id_of
from tests.support import late
from tests.support.house import House, settle
from tests.support.offsite import (
    AGENCY,
    CUSTODIAN,
    DEVICES,
    OFFICER,
    OFFSITE,
    STRANGER,
    look_alike,
    offsite,
    refusals,
    registered,
    told,
)
from tests.support.people import person
from tests.support.said import of_type, said
from tests.support.uploads import announce, header, send, upload
from tests.support.words import metadata

FILM = b"film that lay on a disk" * 100
REGISTERED = "ingest.clip.registered_offsite.v1"


async def entered(h: House, key: UUID, who: Requester = OFFICER, **other: object) -> Any:  # noqa: ANN401 - JSON
    """A film that lies on a new device and is registered as such."""
    device = await registered(h, f"存储-{uuid4()}")
    body = offsite(device["storage_device_id"], FILM, **other)
    return await h.done(who, "PUT", f"{OFFSITE}/{key}", body)


@pytest.mark.parametrize("who", [OFFICER, CUSTODIAN], ids=["officer", "custodian"])
async def test_a_recording_on_a_designated_device_gets_its_entry(h: House, who: Requester) -> None:
    device, key = await registered(h), uuid4()
    body = offsite(device["storage_device_id"], FILM, unit_id=str(AGENCY))
    entry = await h.done(who, "PUT", f"{OFFSITE}/{key}", body)
    assert await h.done(who, "PUT", f"{OFFSITE}/{key}", body) == entry
    assert entry["clip_id"] == str(clip_id_of(AGENCY, key))
    assert (entry["state"], entry["place"]) == ("offsite", "幸福路3号加油站")
    assert await h.done(OFFICER, "GET", f"{OFFSITE}/{entry['clip_id']}") == entry
    (event,) = of_type(h, REGISTERED)
    assert event["sha256"] == sha256(FILM).hexdigest()
    assert event["device_id"] == str(device_id_of(AGENCY, "执法仪-0017"))
    assert (event["filmed_by"], event["unit_id"]) == (str(OFFICER.subject), str(AGENCY))
    assert event["recorded_end"] == "2026-01-05T01:02:00Z"
    assert "执法仪" not in str(event)


async def test_an_entry_is_never_changed(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key)
    device_id = entry["storage_device_id"]
    colleague = person(Role.OFFICER, agency_id=AGENCY, unit_id=AGENCY)
    for who, body in (
        (OFFICER, offsite(device_id, FILM, place="别处")),
        (OFFICER, offsite(device_id, FILM + b"!")),
        (colleague, offsite(device_id, FILM)),
    ):
        answer = await h.call(who, "PUT", f"{OFFSITE}/{key}", body)
        assert told(answer) == (409, "ingest.id-taken")
    assert await h.done(OFFICER, "GET", f"{OFFSITE}/{entry['clip_id']}") == entry
    assert refusals(h) == [("ingest.id-taken", entry["clip_id"], AGENCY)] * 3


async def test_a_recording_lies_only_on_a_device_in_use(h: House) -> None:
    retired, later = (
        await registered(h, "存储-01"),
        await registered(h, "存储-02", in_use_from="2026-02-01T00:00:00+08:00"),
    )
    await h.done(CUSTODIAN, "POST", f"{DEVICES}/{retired['storage_device_id']}/retire")
    for device_id, status, code in (
        (retired["storage_device_id"], 409, "ingest.storage-device-out-of-use"),
        (later["storage_device_id"], 409, "ingest.storage-device-out-of-use"),
        (str(uuid4()), 404, "ingest.storage-device-unknown"),
    ):
        answer = await h.call(OFFICER, "PUT", f"{OFFSITE}/{uuid4()}", offsite(device_id, FILM))
        assert told(answer) == (status, code)
    assert of_type(h, REGISTERED) == []
    assert len(refusals(h)) == 3


async def test_moves_are_appended_and_a_device_goes_only_when_it_is_empty(h: House) -> None:
    entry = await entered(h, uuid4())
    old, new = entry["storage_device_id"], (await registered(h, "新盘"))["storage_device_id"]
    early = await h.call(CUSTODIAN, "POST", f"{DEVICES}/{old}/retire")
    assert told(early) == (409, "ingest.storage-device-not-empty")
    path = f"{OFFSITE}/{entry['clip_id']}/moves/{uuid4()}"
    moved = await h.done(CUSTODIAN, "PUT", path, {"storage_device_id": new})
    assert await h.done(CUSTODIAN, "PUT", path, {"storage_device_id": new}) == moved
    assert [it["storage_device_id"] for it in moved["placements"]] == [old, new]
    assert moved["storage_device_id"] == new
    other = await h.call(CUSTODIAN, "PUT", path, {"storage_device_id": old})
    assert told(other) == (409, "ingest.key-taken")
    on_old, on_new = [
        (await h.done(OFFICER, "GET", f"{OFFSITE}?storage_device_id={it}"))["items"]
        for it in (old, new)
    ]
    assert (on_old, on_new) == ([], [moved])
    await h.done(CUSTODIAN, "POST", f"{DEVICES}/{old}/retire")
    (event,) = of_type(h, "ingest.clip.moved_offsite.v1")
    assert (event["from_storage_device_id"], event["to_storage_device_id"]) == (old, new)


async def test_the_very_film_becomes_the_original_of_its_entry(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key)
    clip_id = await upload(h, OFFICER, FILM, key)
    assert str(clip_id) == entry["clip_id"]
    read = await h.done(OFFICER, "GET", f"{OFFSITE}/{clip_id}")
    assert (read["state"], read["brought_in_at"]) == ("brought_in", "2026-01-05T09:00:00Z")
    assert read["registered_at"] == entry["registered_at"]
    on_device = f"{OFFSITE}?storage_device_id={entry['storage_device_id']}"
    assert (await h.done(OFFICER, "GET", on_device))["items"] == []
    await h.done(CUSTODIAN, "POST", f"{DEVICES}/{entry['storage_device_id']}/retire")
    assert [kind for kind in said(h, "ingest") if ".clip." in kind][:2] == [
        REGISTERED,
        "ingest.clip.stored.v1",
    ]


async def test_another_film_does_not_come_in_under_an_entrys_id(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key)
    other_bytes = await announce(h, OFFICER, FILM + b"!", key)
    assert told(other_bytes) == (409, "ingest.offsite-differs")
    assert other_bytes.json()["fields"] == ["sha256", "size_bytes"]
    other_words = await announce(h, OFFICER, FILM, key, device_no="执法仪-0018")
    assert other_words.json()["fields"] == ["device_no"]
    unsaid = await late.announce(h, OFFICER, FILM, late.words_without_digest(OFFICER, key))
    assert unsaid.json()["fields"] == ["sha256"]
    assert list((h.data / "spool").iterdir()) == []
    assert (await h.done(OFFICER, "GET", f"{OFFSITE}/{entry['clip_id']}"))["state"] == "offsite"
    assert refusals(h) == [("ingest.offsite-differs", entry["clip_id"], AGENCY)] * 3


async def test_another_film_does_not_come_in_by_parts_either(h: House) -> None:
    key = uuid4()
    await entered(h, key)
    other = FILM + b"!"
    part = await h.call(
        OFFICER,
        "POST",
        "/ingest/uploads/",
        headers={
            "tus-resumable": "1.0.0",
            "upload-length": str(len(other)),
            "upload-concat": "partial",
        },
    )
    await send(h, OFFICER, part.headers["location"], 0, other)
    words = header(metadata(OFFICER, key, sha256(other).hexdigest()))
    joined = await h.call(
        OFFICER,
        "POST",
        "/ingest/uploads/",
        headers={
            "tus-resumable": "1.0.0",
            "upload-metadata": words,
            "upload-concat": f"final;{part.headers['location']}",
        },
    )
    assert told(joined) == (409, "ingest.offsite-differs")


async def test_bytes_that_only_claim_the_entrys_digest_do_not_bring_it_in(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key)
    announced = await announce(h, OFFICER, FILM, key)
    answer = await send(h, OFFICER, announced.headers["location"], 0, FILM[:-1] + b"!")
    assert told(answer) == (422, "ingest.digest-differs")
    await settle(h.app)
    assert (await h.done(OFFICER, "GET", f"{OFFSITE}/{entry['clip_id']}"))["state"] == "offsite"


async def test_a_film_that_was_kept_under_another_id_is_not_outside_any_more(h: House) -> None:
    """Sent again with a new id after a quarantine, or handed in before: the very bytes are here."""
    key = uuid4()
    entry = await entered(h, key)
    announced = await announce(h, OFFICER, FILM, key)
    await send(h, OFFICER, announced.headers["location"], 0, FILM[:-1] + b"!")
    assert (await lies(h, entry)) == ("offsite", 1)
    await upload(h, OFFICER, FILM)
    assert (await lies(h, entry)) == ("brought_in", 0)
    await h.done(CUSTODIAN, "POST", f"{DEVICES}/{entry['storage_device_id']}/retire")


async def test_a_film_that_comes_in_as_an_entry_of_another_is_not_outside_any_more(
    h: House,
) -> None:
    key = uuid4()
    entry = await entered(h, key)
    location = (await announce(h, OFFICER, FILM, key)).headers["location"]
    await upload(h, OFFICER, FILM)  # the same film, by another way, and faster
    sent = await send(h, OFFICER, location, 0, FILM)
    assert "clip-original" in sent.headers
    assert (await lies(h, entry)) == ("brought_in", 0)


async def test_the_same_bytes_of_another_device_bring_nothing_in(h: House) -> None:
    entry = await entered(h, uuid4())
    location = (await announce(h, OFFICER, FILM, device_no="执法仪-0018")).headers["location"]
    assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
    assert (await lies(h, entry)) == ("offsite", 1)


async def lies(h: House, entry: Any) -> tuple[str, int]:  # noqa: ANN401 - JSON
    """Whether a recording lies outside, and how many do on its device."""
    read = await h.done(OFFICER, "GET", f"{OFFSITE}/{entry['clip_id']}")
    on_device = f"{OFFSITE}?storage_device_id={entry['storage_device_id']}"
    return read["state"], len((await h.done(OFFICER, "GET", on_device))["items"])


async def test_an_entry_without_a_unit_takes_the_film_of_whoever_sends_it(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key, CUSTODIAN)
    assert entry["unit_id"] is None
    clip_id = await upload(h, OFFICER, FILM, key)  # who is of a unit
    assert (str(clip_id), (await lies(h, entry))[0]) == (entry["clip_id"], "brought_in")


async def test_a_unit_that_an_entry_names_is_that_of_its_film(h: House) -> None:
    key = uuid4()
    await entered(h, key, unit_id=str(uuid4()))
    refused = await announce(h, OFFICER, FILM, key)
    assert (told(refused), refused.json()["fields"]) == (
        (409, "ingest.offsite-differs"),
        ["unit_id"],
    )


async def test_what_is_here_or_on_its_way_is_not_registered_as_outside(h: House) -> None:
    device, key = await registered(h), uuid4()
    begun = await announce(h, OFFICER, FILM, key)
    body = offsite(device["storage_device_id"], FILM)
    assert told(await h.call(OFFICER, "PUT", f"{OFFSITE}/{key}", body)) == (409, "ingest.id-taken")
    ended = await h.call(
        OFFICER, "DELETE", begun.headers["location"], headers={"tus-resumable": "1.0.0"}
    )
    assert ended.status_code == 204
    await h.done(OFFICER, "PUT", f"{OFFSITE}/{key}", body)
    await upload(h, OFFICER, FILM, key)  # and begins anew, in the same words
    await settle(h.app)


async def test_a_state_secret_is_not_even_described(h: House) -> None:
    device = await registered(h)
    body = offsite(device["storage_device_id"], FILM, secrecy="state_secret")
    answer = await h.call(OFFICER, "PUT", f"{OFFSITE}/{uuid4()}", body)
    assert told(answer) == (403, "ingest.state-secret")
    assert [code for code, _, _ in refusals(h)] == ["ingest.state-secret"]


async def test_an_entry_that_ends_before_it_starts_is_refused(h: House) -> None:
    device = await registered(h)
    body = offsite(
        device["storage_device_id"], FILM, recorded_end="2026-01-05T09:00:00+08:00", officers=[]
    )
    answer = await h.call(OFFICER, "PUT", f"{OFFSITE}/{uuid4()}", body)
    assert told(answer) == (422, "common.invalid")


async def test_another_agency_cannot_tell_an_entry_from_none(h: House) -> None:
    key = uuid4()
    entry = await entered(h, key)
    of, none = (f"{OFFSITE}/{it}" for it in (entry["clip_id"], uuid4()))
    assert told(await look_alike(h, STRANGER, of, none)) == (404, "ingest.offsite-unknown")
    device = await h.done(STRANGER, "PUT", f"{DEVICES}/{uuid4()}", _theirs())
    body = {"storage_device_id": device["storage_device_id"]}
    theirs, nobodys = [
        await h.call(STRANGER, "PUT", f"{at}/moves/{uuid4()}", body) for at in (of, none)
    ]
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    on = f"{OFFSITE}?storage_device_id="
    assert told(
        await look_alike(h, STRANGER, f"{on}{entry['storage_device_id']}", f"{on}{uuid4()}")
    ) == (404, "ingest.storage-device-unknown")
    placed = offsite(entry["storage_device_id"], FILM)  # on a device of another agency
    answer = await h.call(STRANGER, "PUT", f"{OFFSITE}/{key}", placed)
    assert told(answer) == (404, "ingest.storage-device-unknown")
    assert {owner for _, _, owner in refusals(h)} == {AGENCY, STRANGER.agency_id}


def _theirs() -> dict[str, object]:
    return {
        "kind": "server",
        "number": "1",
        "place": "机房",
        "keeper_id": str(STRANGER.subject),
        "in_use_from": "2026-01-01T00:00:00+08:00",
    }


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.LEADER, Role.PARTY])
async def test_only_officers_and_custodians_register_and_only_custodians_move(
    h: House, role: Role
) -> None:
    entry, who = await entered(h, uuid4()), person(role, agency_id=AGENCY)
    body = offsite(entry["storage_device_id"], FILM)
    move = f"{OFFSITE}/{entry['clip_id']}/moves/{uuid4()}"
    to = {"storage_device_id": entry["storage_device_id"]}
    for caller, path, json in (
        (who, f"{OFFSITE}/{uuid4()}", body),
        (who, move, to),
        (OFFICER, move, to),
    ):
        answer = await h.call(caller, "PUT", path, json)
        assert told(answer) == (403, "common.not-for-role")
    assert [code for code, _, _ in refusals(h)] == ["common.not-for-role"] * 3
