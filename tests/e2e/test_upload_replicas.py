"""Several replicas receive films as one server does, whichever a request comes to (ADR 0023)."""

import hashlib
import socket
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from common.auth import Requester
from common.clock import SystemClock
from contracts.identity import Role
from ingest.domain.upload import UploadState, id_at, is_id, replica_of
from ingest.store import keeping, probing, uploads
from ingest.store.taking import TAKEN_FOR
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.late import digest, words_without_digest
from tests.support.people import Signer, person
from tests.support.replicas import Replicas
from tests.support.uploads import TUS, begin, header
from tests.support.words import metadata

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
FILM = hashlib.shake_256(b"a film").digest(900_000)
CHUNK = TUS | {"content-type": "application/offset+octet-stream"}


@pytest.fixture
def both(tmp_path: Path) -> Generator[Replicas]:
    Signer.open(tmp_path, SystemClock())
    with Replicas(tmp_path) as running:
        yield running


def client(both: Replicas, replica: int, who: Requester = OFFICER) -> httpx.Client:
    headers = Signer.open(both.data, SystemClock()).headers(who)
    return httpx.Client(base_url=both.urls[replica], headers=headers | TUS, timeout=30)


def announce(at: httpx.Client, film: bytes = FILM, **other: str) -> str:
    said = metadata(OFFICER, uuid4(), hashlib.sha256(film).hexdigest())
    headers = {"upload-metadata": header(said), "upload-length": str(len(film))} | other
    answer = at.post("/ingest/uploads/", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(at: httpx.Client, location: str, offset: int, content: bytes) -> httpx.Response:
    headers = CHUNK | {"upload-offset": str(offset)}
    return at.patch(location, headers=headers, content=content)


def is_kept(both: Replicas) -> bool:
    digest = hashlib.sha256(FILM).hexdigest()
    kept = both.data / "objects" / digest[:2] / digest
    return kept.exists() and kept.read_bytes() == FILM


def test_a_film_arrives_through_whichever_replica_its_pieces_come_to(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        location = announce(second)
        offset = 0
        for number, at in enumerate((first, second, first)):
            piece = FILM[offset:] if number == 2 else FILM[offset : offset + 300_000]
            answer = send(at, location, offset, piece)
            offset += len(piece)
            assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(offset))
        asked = first.head(location)
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, str(len(FILM)))
    assert is_kept(both)


def test_a_digest_is_said_late_to_whichever_replica(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        headers = {"upload-metadata": words_without_digest(OFFICER), "upload-length": "900000"}
        location = second.post("/ingest/uploads/", headers=headers).headers["location"]
        assert "want-repr-digest" in send(second, location, 0, FILM).headers
        said = {"repr-digest": digest(FILM)}
        assert first.put(f"{location}/digest", headers=said).status_code == 204
        other = {"repr-digest": digest(FILM[1:])}
        assert first.put(f"{location}/digest", headers=other).status_code == 400
        assert "want-repr-digest" not in second.head(location).headers


def test_what_came_before_a_cut_is_acknowledged_by_either(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        location = announce(first)
        head = [
            f"PATCH {location} HTTP/1.1",
            "host: replica",
            f"authorization: {second.headers['authorization']}",
            "tus-resumable: 1.0.0",
            f"content-type: {CHUNK['content-type']}",
            "upload-offset: 0",
            f"content-length: {len(FILM)}",
        ]
        address = urlsplit(both.urls[1])
        with socket.create_connection((address.hostname, address.port), timeout=30) as silent:
            silent.sendall("\r\n".join([*head, "", ""]).encode() + FILM[:200_000])
            while (offset := int(second.head(location).headers["upload-offset"])) == 0:
                pass  # a newer request ends the reading of the silent one, wherever it comes in
            assert silent.recv(65536).startswith(b"HTTP/1.1 409")
        assert offset <= 200_000
        assert send(first, location, offset, FILM[offset:]).status_code == 204
    assert is_kept(both)


def test_parts_meet_in_one_spool_and_are_joined_there(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        places: list[str] = []
        for at, piece in ((first, FILM[:400_000]), (second, FILM[400_000:])):
            places.append(announce(at, piece, **{"upload-concat": "partial"}))
            assert send(at, places[-1], 0, piece).status_code == 204
        said = metadata(OFFICER, uuid4(), hashlib.sha256(FILM).hexdigest())
        whole = {"upload-metadata": header(said), "upload-concat": f"final;{' '.join(places)}"}
        answers = [at.post("/ingest/uploads/", headers=whole) for at in (second, first)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert is_kept(both)


def test_parts_in_two_spools_are_to_be_sent_again(both: Replicas) -> None:
    with client(both, 0) as first:
        lost = [f"/ingest/uploads/{id_at(replica, bytes(16))}" for replica in (0, 1)]
        said = metadata(OFFICER, uuid4(), hashlib.sha256(FILM).hexdigest())
        whole = {"upload-metadata": header(said), "upload-concat": f"final;{' '.join(lost)}"}
        answer = first.post("/ingest/uploads/", headers=whole)
    assert (answer.status_code, answer.json()["code"]) == (409, "ingest.parts-apart")


def test_while_a_replica_is_away_its_films_wait_and_others_begin(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        location = announce(second)
        assert send(second, location, 0, FILM[:1000]).status_code == 204
        both.stop(1)
        away = send(first, location, 1000, FILM[1000:])
        assert (away.status_code, away.json()["code"]) == (503, "ingest.replica-away")
        assert away.headers["retry-after"] == "5"
        assert send(first, announce(first), 0, FILM).status_code == 204


def test_a_header_of_any_letters_goes_with_the_request(both: Replicas) -> None:
    with client(both, 0) as first, client(both, 1) as second:
        location = announce(second)
        named = httpx.Headers(CHUNK | {"upload-offset": "0", "x-file-name": "视频.mp4"}, "utf-8")
        assert first.patch(location, headers=named, content=FILM).status_code == 204
    assert is_kept(both)


def test_a_refusal_comes_through_as_it_was_said(both: Replicas) -> None:
    stranger = person(Role.OFFICER, agency_id=uuid4())
    with client(both, 0) as first, client(both, 1) as second:
        location = announce(second)
        wrong = send(first, location, 5, FILM)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "ingest.offset-differs")
        assert wrong.headers["upload-offset"] == "0"
        assert wrong.headers["content-type"] == "application/problem+json"
        with client(both, 0, stranger) as other:
            hidden, none = (
                send(other, place, 0, FILM)
                for place in (location, f"/ingest/uploads/{id_at(1, bytes(16))}")
            )
        assert (hidden.status_code, hidden.content) == (404, none.content)
        nowhere = first.head(f"/ingest/uploads/{id_at(7, bytes(16))}")
        assert nowhere.status_code == 404


def test_what_is_handed_on_counts_as_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_INGEST_BODIES_AT_ONCE_MAX", "1")
    Signer.open(tmp_path, SystemClock())
    with Replicas(tmp_path) as both, client(both, 0) as first, client(both, 1) as second:
        own, others = announce(first), announce(second, FILM[::-1])
        url = urlsplit(both.urls[0])
        with socket.create_connection((url.hostname, url.port), 20) as reading:
            lines = [f"PATCH {own} HTTP/1.1", "host: first", f"content-length: {len(FILM)}"]
            said = dict(first.headers) | CHUNK | {"upload-offset": "0"}
            lines += [f"{name}: {value}" for name, value in said.items() if name != "host"]
            reading.sendall("\r\n".join([*lines, "", ""]).encode() + FILM[:1000])
            while not any((tmp_path / "spool-0").iterdir()):  # until it is read
                pass
            busy = send(first, others, 0, FILM[::-1])
            assert (busy.status_code, busy.json()["code"]) == (503, "ingest.busy")
        assert send(second, others, 0, FILM[::-1]).status_code == 204


def test_replicas_that_take_each_other_for_themselves_do_not_go_round(tmp_path: Path) -> None:
    Signer.open(tmp_path, SystemClock())
    with Replicas(tmp_path, reversed_list=True) as both, client(both, 0) as first:
        answer = first.head(f"/ingest/uploads/{id_at(1, bytes(16))}")
    assert answer.status_code == 503


def test_an_id_says_where_its_bytes_lie() -> None:
    secret = bytes(range(16))
    for replica in (0, 1, 65_535):
        assert is_id(id_at(replica, secret))
        assert replica_of(id_at(replica, secret)) == replica
    assert is_id(secret.hex())  # as ids were when there was one replica
    assert replica_of(secret.hex()) == 0


async def test_each_replica_works_off_its_own_spool_only(h: House) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    ids = [id_at(0, b"a" * 16), id_at(1, b"b" * 16), (b"c" * 16).hex()]
    waiting = [id_at(0, b"d" * 16), id_at(1, b"e" * 16), (b"f" * 16).hex()]
    with h.ctx("ingest").db.transaction() as session:
        begun = uploads.upload(session, location.rpartition("/")[2])
        for upload_id in (*ids, *waiting):
            state = UploadState.RECEIVED if upload_id in ids else UploadState.PART
            upload = replace(begun, upload_id=upload_id, state=state, clip_id=uuid4())
            uploads.add_part(session, upload)
        late = begun.moved_at + timedelta(days=1)
        for replica, own in enumerate(([ids[0], ids[2]], [ids[1]])):
            assert sorted(keeping.due(session, replica, late)) == sorted(own)
        unmoved = [set(uploads.not_moved_since(session, replica, late, 9)) for replica in (0, 1)]
    assert unmoved == [{begun.upload_id, waiting[0], waiting[2]}, {waiting[1]}]


async def test_one_replica_reads_a_clip_at_a_time(h: House, clock: FrozenClock) -> None:
    location, clip_id = await begin(h, OFFICER, FILM)
    await send_whole(h, location)
    with h.ctx("ingest").db.transaction() as session:

        def waiting(replica: int) -> bool:
            found = probing.next_unprobed(session, replica, clock.now())
            return found is not None and found.clip_id == clip_id

        assert [waiting(0), waiting(1)] == [True, True]
        assert probing.take_clip(session, clip_id, 0, clock.now())
        assert not probing.take_clip(session, clip_id, 1, clock.now())
        assert [waiting(0), waiting(1)] == [True, False]  # after a restart, too
        clock.move(TAKEN_FOR)
        assert waiting(1)
        assert probing.take_clip(session, clip_id, 1, clock.now())
        assert not waiting(0)


async def send_whole(h: House, location: str) -> None:
    """Without the loops that would read it."""
    answer = await h.call(
        OFFICER, "PATCH", location, headers=CHUNK | {"upload-offset": "0"}, content=FILM
    )
    assert answer.status_code == 204
