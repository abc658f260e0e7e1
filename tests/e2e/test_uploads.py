"""Films arrive in pieces, are kept once and exactly, and are never taken for what they are not."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.identity import Role
from ingest.errors import ConnectionCutError
from ingest.operations import intake, uploads
from ingest.operations.intake import Chunk
from tests.support.bodies import InPieces
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import TUS, announce, ask, begin, clip, send, upload

FILM = bytes(range(256)) * 40
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY, unit_id=uuid4())
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())


def kept(h: House) -> list[Path]:
    return [path for path in (h.data / "objects").glob("??/*") if path.is_file()]


def spooled(h: House) -> list[Path]:
    return list((h.data / "spool").iterdir())


async def test_a_film_sent_in_pieces_is_kept_exactly_as_it_was_filmed(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        assert location.startswith("/ingest/uploads/")
        for start in range(0, len(FILM), 3000):
            piece = FILM[start : start + 3000]
            answer = await send(h, OFFICER, location, start, piece)
            assert answer.status_code == 204
            assert answer.headers["upload-offset"] == str(start + len(piece))
            assert answer.headers["tus-resumable"] == "1.0.0"
        await settle(h.app)
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["sha256"]) == ("stored", sha256(FILM).hexdigest())
        assert known["recorded_start"] == "2026-01-05T01:00:00Z"
        assert known["facts"]["decodable"] is False
        assert [path.read_bytes() for path in kept(h)] == [FILM]
        assert kept(h)[0].stat().st_mode & 0o777 == 0o444
        assert spooled(h) == []
        assert said(h, "ingest") == [
            "ingest.clip.stored.v1",
            "ingest.clip.locked.v1",
            "ingest.clip.probed.v1",
        ]


async def test_the_server_says_where_to_go_on(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "0"
        await send(h, OFFICER, location, 0, FILM[:1000])
        answer = await ask(h, OFFICER, location)
        assert answer.headers["upload-offset"] == "1000"
        assert answer.headers["upload-length"] == str(len(FILM))
        assert answer.headers["cache-control"] == "no-store"
        assert (await send(h, OFFICER, location, 1000, FILM[1000:])).status_code == 204
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == str(len(FILM))


async def test_a_restart_forgets_nothing_of_an_upload(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        await send(h, OFFICER, location, 0, FILM[:1000])
        with spooled(h)[0].open("ab") as file:
            file.write(b"written by a process that died before it could acknowledge")
    async with house(tmp_path) as h:
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "1000"
        assert (await send(h, OFFICER, location, 1000, FILM[1000:])).status_code == 204
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"


async def test_what_arrived_of_a_cut_request_need_not_be_sent_again(tmp_path: Path) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield FILM[:600]
        yield FILM[600:1000]
        raise ConnectionCutError

    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        upload_id = location.split("/")[-1]
        sent = Chunk(0, len(FILM), InPieces(cut()))
        await uploads.append(h.ctx("ingest"), OFFICER, upload_id, sent)
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "1000"
        assert spooled(h)[0].read_bytes() == FILM[:1000]


async def test_a_large_request_is_made_durable_in_several_steps(tmp_path: Path) -> None:
    film = FILM * (2 * intake.SYNC_BYTES // len(FILM)) + b"end"
    async with house(tmp_path) as h:
        clip_id = await upload(h, OFFICER, film)
        assert (await clip(h, OFFICER, clip_id))["sha256"] == sha256(film).hexdigest()


async def test_a_chunk_at_the_wrong_place_is_not_written(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        await send(h, OFFICER, location, 0, FILM[:1000])
        for offset in (0, 999, 1001, len(FILM) - 4):
            answer = await send(h, OFFICER, location, offset, b"film"[: len(FILM) - offset])
            assert (answer.status_code, answer.json()["code"]) == (409, "ingest.offset-differs")
            assert answer.headers["upload-offset"] == "1000"
        assert spooled(h)[0].read_bytes() == FILM[:1000]


async def test_the_last_chunk_sent_again_gets_the_same_answer(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        await send(h, OFFICER, location, 0, FILM[:1000])
        answers = [await send(h, OFFICER, location, 1000, FILM[1000:]) for _ in range(3)]
        answers.append(await send(h, OFFICER, location, len(FILM), b""))
        assert {answer.status_code for answer in answers} == {204}
        assert {answer.headers["upload-offset"] for answer in answers} == {str(len(FILM))}
        assert len(kept(h)) == 1
        assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


async def test_the_same_announcement_leads_to_the_same_upload(tmp_path: Path) -> None:
    client_id = uuid4()
    async with house(tmp_path) as h:
        first = await announce(h, OFFICER, FILM, client_id)
        await send(h, OFFICER, first.headers["location"], 0, FILM[:1000])
        again = await announce(h, OFFICER, FILM, client_id)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.headers["location"] == first.headers["location"]
        assert again.headers["clip-id"] == first.headers["clip-id"]
        assert again.headers["upload-offset"] == "1000"


async def test_a_clip_id_is_never_used_for_another_film(tmp_path: Path) -> None:
    client_id = uuid4()
    async with house(tmp_path) as h:
        await announce(h, OFFICER, FILM, client_id)
        others = [
            await announce(h, OFFICER, b"another film", client_id),
            await announce(h, OFFICER, FILM, client_id, device_no="another device"),
            await announce(h, COLLEAGUE, FILM, client_id),
        ]
    assert [(o.status_code, o.json()["code"]) for o in others] == [(409, "ingest.id-taken")] * 3


async def test_nobody_finds_another_agencys_clip_by_choosing_its_id(tmp_path: Path) -> None:
    """Neither by what the client there called it, nor by what it is called since."""
    client_id = uuid4()
    async with house(tmp_path) as h:
        first = await announce(h, OFFICER, FILM, client_id)
        clip_id = UUID(first.headers["clip-id"])
        await send(h, OFFICER, first.headers["location"], 0, FILM)
        chosen = [client_id, clip_id, uuid4()]
        others = [await announce(h, STRANGER, FILM, id_) for id_ in chosen]
        assert [(o.status_code, o.content, sorted(o.headers)) for o in others] == [
            (201, b"", sorted(first.headers))
        ] * 3
        named = {UUID(o.headers["clip-id"]) for o in others}
        assert len(named) == 3
        assert named.isdisjoint({client_id, clip_id})
        for other in others:
            assert (await send(h, STRANGER, other.headers["location"], 0, FILM)).status_code == 204
        await settle(h.app)
        catalogued = await h.call(OFFICER, "GET", f"/catalog/v1/clips/{clip_id}")
        assert catalogued.status_code == 200  # nobody has taken it over
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"


async def test_a_refusal_enters_no_other_agencys_clips_history(tmp_path: Path) -> None:
    client_id = uuid4()
    async with house(tmp_path) as h:
        clip_id = await upload(h, OFFICER, FILM, client_id)
        before = history(h, clip_id)
        for chosen in (client_id, clip_id):
            answer = await announce(h, STRANGER, FILM, chosen, secrecy="state_secret")
            assert answer.json()["code"] == "ingest.state-secret"
        await settle(h.app)
        assert said(h, "ingest").count("ingest.upload.refused.v1") == 2
        assert before == ["ingest.clip.stored.v1", "ingest.clip.locked.v1", "ingest.clip.probed.v1"]
        assert history(h, clip_id) == before
        assert history(h, client_id) == []


def history(h: House, clip_id: UUID) -> list[str]:
    """What the log has in the clip's own chain."""
    with h.ctx("audit").db.snapshot() as session:
        query = text("SELECT type FROM entry WHERE stream = :stream ORDER BY stream_number")
        return list(session.connection().execute(query, {"stream": str(clip_id)}).scalars())


async def test_bytes_that_differ_from_what_was_announced_are_kept_apart(tmp_path: Path) -> None:
    other = FILM[:-1] + b"!"
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        answers = [await send(h, OFFICER, location, 0, other) for _ in range(2)]
        assert [a.json()["code"] for a in answers] == ["ingest.digest-differs"] * 2
        assert (await ask(h, OFFICER, location)).status_code == 422
        await settle(h.app)
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["facts"]) == ("quarantined", None)
        assert known["sha256"] == sha256(other).hexdigest()
        assert [path.read_bytes() for path in kept(h)] == [other]
        assert said(h, "ingest") == ["ingest.clip.quarantined.v1", "ingest.clip.locked.v1"]


async def test_two_clips_with_the_same_bytes_share_one_object(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        clips = {await upload(h, OFFICER, FILM) for _ in range(2)}
        assert (len(clips), len(kept(h))) == (2, 1)


async def test_a_state_secret_never_enters(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        answer = await announce(h, OFFICER, FILM, secrecy="state_secret")
        assert (answer.status_code, answer.json()["code"]) == (403, "ingest.state-secret")
        assert spooled(h) == kept(h) == []
        assert said(h, "ingest") == ["ingest.upload.refused.v1"]


async def test_a_film_larger_than_allowed_is_refused_before_its_first_byte(tmp_path: Path) -> None:
    headers = {"upload-length": str(8 * 1024**3 + 1)}
    async with house(tmp_path) as h:
        known = await announce(h, OFFICER, FILM)
        headers |= TUS | {"upload-metadata": known.request.headers["upload-metadata"]}
        answer = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "ingest.too-large")
    assert answer.json()["limit_bytes"] == 8 * 1024**3


async def test_another_agency_cannot_tell_an_upload_from_none(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        unknown = f"/ingest/uploads/{'0' * 32}"
        foreign, none = [await ask(h, STRANGER, at) for at in (location, unknown)]
        assert (foreign.status_code, foreign.content) == (404, none.content)
        foreign, none = [await send(h, STRANGER, at, 0, FILM) for at in (location, unknown)]
        assert (foreign.status_code, foreign.content) == (404, none.content)
        await send(h, OFFICER, location, 0, FILM)
        foreign = await h.call(STRANGER, "GET", f"/ingest/v1/clips/{clip_id}")
        none = await h.call(STRANGER, "GET", f"/ingest/v1/clips/{uuid4()}")
        assert (foreign.status_code, foreign.content) == (404, none.content)
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"
        assert said(h, "ingest").count("ingest.request.refused.v1") == 6


async def test_a_film_left_complete_by_a_dead_process_is_kept_after_all(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        obstacle = h.data / "objects" / sha256(FILM).hexdigest()[:2]
        obstacle.write_bytes(b"the store cannot take it")
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 500
        assert (await h.call(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}")).status_code == 404
    obstacle.unlink()
    async with house(tmp_path) as h:
        await settle(h.app)
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == str(len(FILM))
        assert spooled(h) == []


async def test_one_film_that_the_disk_lost_keeps_no_other_from_being_finished(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clips: list[UUID] = []
    async with house(tmp_path) as h:
        obstacles: list[Path] = []
        for film in (b"lost", b"sound"):
            location, clip_id = await begin(h, OFFICER, film)
            clips.append(clip_id)
            obstacles.append(h.data / "objects" / sha256(film).hexdigest()[:2])
            obstacles[-1].write_bytes(b"the store cannot take it")
            assert (await send(h, OFFICER, location, 0, film)).status_code == 500
            if film == b"lost":
                h.ctx("ingest").spool.remove(location.rsplit("/")[-1])
        obstacles[1].unlink()
    async with house(tmp_path) as h:
        await settle(h.app)
        lost, sound = clips
        assert (await clip(h, OFFICER, sound))["state"] == "stored"
        assert (await h.call(OFFICER, "GET", f"/ingest/v1/clips/{lost}")).status_code == 404
    assert "upload cannot be finished" in caplog.messages


async def test_what_cannot_be_swept_away_keeps_no_film_from_being_finished(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as h:
        location, _ = await begin(h, OFFICER, b"swept")
        assert (await send(h, OFFICER, location, 0, b"swept")).status_code == 204
        (h.data / "spool" / location.rsplit("/")[-1]).mkdir()  # cannot be unlinked
        obstacle = h.data / "objects" / sha256(b"left").hexdigest()[:2]
        obstacle.write_bytes(b"the store cannot take it")
        location, left = await begin(h, OFFICER, b"left")
        assert (await send(h, OFFICER, location, 0, b"left")).status_code == 500
        obstacle.unlink()
    async with house(tmp_path) as h:
        await settle(h.app)
        assert (await clip(h, OFFICER, left))["state"] == "stored"
    assert "kept film stays in the spool" in caplog.messages
