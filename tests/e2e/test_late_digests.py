"""A film may come before its digest is known; what is said of it late is compared all the same."""

from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from common.objects import StoreAwayError
from common.objects_local import LocalObjects
from contracts.identity import Role
from ingest.operations import saying
from tests.support.house import House, house, settle
from tests.support.late import (
    PLACE,
    announce,
    begin,
    digest,
    keep,
    say_digest,
    told,
    words_without_digest,
)
from tests.support.people import person
from tests.support.said import of_type, said
from tests.support.uploads import TUS, ask, clip, send, upload

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
FILM = bytes(range(256)) * 40
OTHER = FILM[::-1]
STORED, CONFIRMED = "ingest.clip.stored.v1", "ingest.clip.digest_confirmed.v1"
QUARANTINED = "ingest.clip.quarantined.v1"
CONFLICT = (400, "ingest.digest-conflict")
DIFFERS = (422, "ingest.digest-differs")


def objects(h: House) -> list[bytes]:
    return [path.read_bytes() for path in (h.data / "objects").glob("??/*") if path.is_file()]


async def state(h: House, clip_id: UUID) -> tuple[str, bool]:
    known = await clip(h, OFFICER, clip_id)
    return known["state"], known["digest_unconfirmed"]


async def test_a_film_without_a_digest_is_kept_and_flagged(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    assert await state(h, clip_id) == ("stored", True)
    (stored,) = of_type(h, STORED)
    assert stored["digest_unconfirmed"]
    assert stored["sha256"] == sha256(FILM).hexdigest()
    asked = await ask(h, OFFICER, place)
    assert asked.headers["repr-digest"] == digest(FILM)
    assert asked.headers["want-repr-digest"] == "sha-256=10"


async def test_a_film_with_a_digest_is_not_flagged(h: House) -> None:
    clip_id = await upload(h, OFFICER, FILM)
    assert await state(h, clip_id) == ("stored", False)
    assert not of_type(h, STORED)[0]["digest_unconfirmed"]


async def test_a_digest_that_agrees_lifts_the_flag_once(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    for _ in range(2):
        answer = await say_digest(h, COLLEAGUE, place, FILM)
        assert told(answer) == (204, None)
        assert answer.headers["repr-digest"] == digest(FILM)
        assert "want-repr-digest" not in answer.headers
    assert await state(h, clip_id) == ("stored", False)
    (confirmed,) = of_type(h, CONFIRMED)
    assert confirmed["clip_id"] == str(clip_id)
    assert confirmed["sha256"] == sha256(FILM).hexdigest()
    assert confirmed["said_by"] == str(COLLEAGUE.subject)


async def test_a_digest_that_disagrees_puts_a_kept_film_apart(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    for _ in range(2):
        assert told(await say_digest(h, COLLEAGUE, place, OTHER)) == DIFFERS
    await settle(h.app)
    assert await state(h, clip_id) == ("quarantined", False)
    assert (await ask(h, OFFICER, place)).status_code == 422
    assert objects(h) == [FILM]
    (quarantined,) = of_type(h, QUARANTINED)
    assert quarantined["announced_sha256"] == sha256(OTHER).hexdigest()
    assert quarantined["received_sha256"] == sha256(FILM).hexdigest()
    assert quarantined["said_by"] == str(COLLEAGUE.subject)
    filed = await h.done(OFFICER, "GET", f"/catalog/v1/clips/{clip_id}")
    assert filed["state"] == "quarantined"


async def test_what_is_put_apart_was_not_stored_in_time(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    duties = f"/ingest/v1/clips/{clip_id}/duties"
    assert (await h.done(OFFICER, "GET", duties))["clocks"]["stored"] is not None
    await say_digest(h, OFFICER, place, OTHER)
    assert (await h.done(OFFICER, "GET", duties))["clocks"]["stored"] is None


async def test_what_was_said_once_stands(h: House) -> None:
    on_its_way, _ = await begin(h, OFFICER, FILM)
    kept, clip_id = await keep(h, OFFICER, OTHER)
    for place, film, wrong in ((on_its_way, FILM, OTHER), (kept, OTHER, FILM)):
        assert told(await say_digest(h, OFFICER, place, film)) == (204, None)
        assert told(await say_digest(h, OFFICER, place, wrong)) == CONFLICT
        assert told(await say_digest(h, OFFICER, place, film)) == (204, None)
    assert await state(h, clip_id) == ("stored", False)


async def test_a_digest_may_be_said_while_the_film_comes(h: House) -> None:
    place, clip_id = await begin(h, OFFICER, FILM)
    await send(h, OFFICER, place, 0, FILM[:100])
    assert told(await say_digest(h, OFFICER, place, FILM)) == (204, None)
    assert told(await send(h, OFFICER, place, 100, FILM[100:])) == (204, None)
    assert await state(h, clip_id) == ("stored", False)
    assert CONFIRMED not in said(h, "ingest")


async def test_what_comes_after_another_digest_was_said_is_kept_apart(h: House) -> None:
    place, clip_id = await begin(h, OFFICER, FILM)
    assert told(await say_digest(h, OFFICER, place, OTHER)) == (204, None)
    assert told(await send(h, OFFICER, place, 0, FILM)) == DIFFERS
    assert await state(h, clip_id) == ("quarantined", False)
    (quarantined,) = of_type(h, QUARANTINED)
    assert quarantined["said_by"] is None
    assert objects(h) == [FILM]


async def test_the_last_request_may_bring_the_digest(h: House) -> None:
    place, clip_id = await begin(h, OFFICER, FILM)
    await send(h, OFFICER, place, 0, FILM[:100])
    last = await send(h, OFFICER, place, 100, FILM[100:], **{"repr-digest": digest(FILM)})
    assert (last.status_code, last.headers["repr-digest"]) == (204, digest(FILM))
    assert await state(h, clip_id) == ("stored", False)


async def test_a_request_with_another_digest_than_before_brings_nothing(h: House) -> None:
    place, _ = await begin(h, OFFICER, FILM)
    await say_digest(h, OFFICER, place, FILM)
    answer = await send(h, OFFICER, place, 0, FILM, **{"repr-digest": digest(OTHER)})
    assert told(answer) == CONFLICT
    assert (await ask(h, OFFICER, place)).headers["upload-offset"] == "0"


@pytest.mark.parametrize("version", ["6", "8"])
async def test_a_phone_may_say_the_digest_last_or_later(h: House, version: str) -> None:
    spoken = {"upload-draft-interop-version": version, "upload-complete": "?0"}
    last = spoken | {"upload-complete": "?1", "content-type": "application/partial-upload"}
    for digests in ({"repr-digest": digest(FILM)}, {}):
        words = {"upload-metadata": words_without_digest(OFFICER)}
        begun = await h.call(OFFICER, "POST", PLACE, headers=spoken | words, content=b"")
        assert begun.headers["want-repr-digest"] == "sha-256=10"
        place, clip_id = begun.headers["location"], UUID(begun.headers["clip-id"])
        headers = last | {"upload-offset": "0"} | digests
        ended = await h.call(OFFICER, "PATCH", place, headers=headers, content=FILM)
        assert (ended.status_code, ended.headers["repr-digest"]) == (201, digest(FILM))
        assert await state(h, clip_id) == ("stored", not digests)
        assert told(await say_digest(h, OFFICER, place, FILM)) == (204, None)
        assert await state(h, clip_id) == ("stored", False)
    assert len(of_type(h, CONFIRMED)) == 1


async def test_a_repeated_announcement_may_know_the_digest_by_now(h: House) -> None:
    words = words_without_digest(OFFICER, uuid4())
    known = {"repr-digest": digest(FILM)}
    first = await announce(h, OFFICER, FILM, words)
    for more, status in ({}, 200), (known, 200), ({}, 200), (known, 200):
        again = await announce(h, OFFICER, FILM, words, **more)
        assert (again.status_code, again.headers["location"]) == (status, first.headers["location"])
    other = await announce(h, OFFICER, FILM, words, **{"repr-digest": digest(OTHER)})
    assert told(other) == (409, "ingest.id-taken")
    answer = await send(h, OFFICER, first.headers["location"], 0, FILM)
    assert (answer.status_code, "want-repr-digest" in answer.headers) == (204, False)
    assert await state(h, UUID(first.headers["clip-id"])) == ("stored", False)


async def test_a_film_that_begins_anew_is_the_one_whose_digest_was_said(h: House) -> None:
    words = words_without_digest(OFFICER, uuid4())
    first = await announce(h, OFFICER, FILM, words)
    await h.call(OFFICER, "DELETE", first.headers["location"], headers=TUS)
    assert (await say_digest(h, OFFICER, first.headers["location"], FILM)).status_code == 410
    second = await announce(h, OFFICER, FILM, words, **{"repr-digest": digest(FILM)})
    assert second.status_code == 201
    assert told(await say_digest(h, OFFICER, second.headers["location"], OTHER)) == CONFLICT
    await h.call(OFFICER, "DELETE", second.headers["location"], headers=TUS)
    third = await announce(h, OFFICER, FILM, words)
    assert told(await send(h, OFFICER, third.headers["location"], 0, OTHER)) == DIFFERS


async def test_a_film_is_joined_of_parts_before_its_digest_is_known(h: House) -> None:
    headers = TUS | {"upload-length": str(len(FILM)), "upload-concat": "partial"}
    part = (await h.call(OFFICER, "POST", PLACE, headers=headers)).headers["location"]
    await send(h, OFFICER, part, 0, FILM)
    words = {"upload-metadata": words_without_digest(OFFICER)}
    headers = TUS | {"upload-concat": f"final;{part}"} | words
    film = await h.call(OFFICER, "POST", PLACE, headers=headers)
    assert (film.status_code, film.headers["repr-digest"]) == (201, digest(FILM))
    clip_id = UUID(film.headers["clip-id"])
    assert await state(h, clip_id) == ("stored", True)
    known = headers | {"repr-digest": digest(FILM)}
    assert (await h.call(OFFICER, "POST", PLACE, headers=known)).status_code == 200
    assert await state(h, clip_id) == ("stored", False)


async def test_another_agency_cannot_say_it_and_learns_nothing(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    none = await say_digest(h, STRANGER, f"{PLACE}{'0' * 36}", OTHER)
    refused = await say_digest(h, STRANGER, place, OTHER)
    assert (refused.status_code, refused.content) == (404, none.content)
    assert await state(h, clip_id) == ("stored", True)
    recorded = of_type(h, "ingest.request.refused.v1")[-1]
    assert recorded["requester_id"] == str(STRANGER.subject)
    assert recorded["agency_id"] == str(AGENCY)
    assert recorded["thing_id"] == str(clip_id)


async def test_only_a_digest_that_can_be_compared_is_one(h: House) -> None:
    place, clip_id = await keep(h, OFFICER, FILM)
    for headers, code in (
        ({}, "ingest.header-invalid"),
        ({"repr-digest": "sha-256=:AAAA:"}, "ingest.header-invalid"),
        ({"repr-digest": "md5=:AAAA:"}, "ingest.checksum-algorithm"),
    ):
        answer = await h.call(OFFICER, "PUT", f"{place}/digest", headers=headers)
        assert told(answer) == (400, code)
    part = await h.call(
        OFFICER, "POST", PLACE, headers=TUS | {"upload-length": "5", "upload-concat": "partial"}
    )
    assert told(await say_digest(h, OFFICER, part.headers["location"], FILM)) == CONFLICT
    assert await state(h, clip_id) == ("stored", True)


async def test_a_film_is_flagged_by_the_process_that_comes_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two films arrive whole, the process ends before they are kept; of one the digest was said."""

    def away(*_: object) -> None:
        raise StoreAwayError

    async with house(tmp_path) as h:
        with monkeypatch.context() as broken:
            broken.setattr(LocalObjects, "adopt", away)
            flagged, said_in_time = await begin(h, OFFICER, FILM), await begin(h, OFFICER, OTHER)
            assert (await send(h, OFFICER, flagged[0], 0, FILM)).status_code == 204
            assert (await send(h, OFFICER, said_in_time[0], 0, OTHER)).status_code == 204
            assert told(await say_digest(h, OFFICER, said_in_time[0], OTHER)) == (204, None)
        assert said(h, "ingest") == []
    async with house(tmp_path) as h:
        await settle(h.app)
        assert await state(h, flagged[1]) == ("stored", True)
        assert await state(h, said_in_time[1]) == ("stored", False)
    async with house(tmp_path) as h:
        assert told(await say_digest(h, OFFICER, flagged[0], OTHER)) == DIFFERS
    async with house(tmp_path) as h:
        assert await state(h, flagged[1]) == ("quarantined", False)
        assert told(await say_digest(h, OFFICER, flagged[0], OTHER)) == DIFFERS
        assert len(of_type(h, QUARANTINED)) == 1


async def test_a_digest_is_said_while_its_film_is_being_placed(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, clip_id = await begin(h, OFFICER, FILM)
    ctx, sound = h.ctx("ingest"), LocalObjects.adopt

    def slow(store: LocalObjects, source: Path, name: str) -> object:
        saying.say(ctx, OFFICER, place.rpartition("/")[2], sha256(OTHER).hexdigest())
        return sound(store, source, name)

    monkeypatch.setattr(LocalObjects, "adopt", slow)
    assert told(await send(h, OFFICER, place, 0, FILM)) == DIFFERS
    assert await state(h, clip_id) == ("quarantined", False)


@pytest.mark.parametrize(
    ("said_late", "then"), [(None, "stored"), (OTHER, "stored"), (FILM, "resubmitted")]
)
async def test_only_a_film_that_is_known_to_be_right_is_the_original_of_another(
    h: House, said_late: bytes | None, then: str
) -> None:
    """Of one that nobody has confirmed a digest said later could take the other one along."""
    place, clip_id = await keep(h, OFFICER, FILM)
    if said_late:
        await say_digest(h, OFFICER, place, said_late)
    again = await clip(h, OFFICER, await upload(h, OFFICER, FILM))
    assert again["state"] == then
    assert again["original_id"] == (str(clip_id) if then == "resubmitted" else None)


async def test_a_film_is_no_entry_before_it_is_said_what_it_is(h: House) -> None:
    await upload(h, OFFICER, FILM)
    _, clip_id = await keep(h, OFFICER, FILM)
    assert await state(h, clip_id) == ("stored", True)
    assert objects(h) == [FILM]
