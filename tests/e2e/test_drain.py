"""A spool's volume is taken away only when nothing acknowledged lies on it any more."""

import hashlib
from pathlib import Path
from uuid import uuid4

from contracts.identity import Role
from liuhen.drain import drain, reopen
from tests.e2e.test_command import liuhen
from tests.support.house import house
from tests.support.people import person
from tests.support.uploads import announce, send

FILM = b"film" * 100
OFFICER = person(Role.OFFICER, agency_id=uuid4())


async def test_a_closed_spool_takes_nothing_new_and_ends_what_began(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    seen: list[tuple[int, int]] = []
    async with house(tmp_path) as h:
        begun = (await announce(h, OFFICER, FILM)).headers["location"]
        await send(h, OFFICER, begun, 0, FILM[:100])
        assert drain(spool, 0, seen.append) == (1, 100)
        refused = await announce(h, OFFICER, FILM)
        assert (refused.status_code, refused.json()["code"]) == (503, "ingest.spool-closed")
        assert refused.headers["retry-after"] == "60"
        assert (await send(h, OFFICER, begun, 100, FILM[100:])).is_success
        assert drain(spool, 0, seen.append) == (0, 0)
        kept = hashlib.sha256(FILM).hexdigest()
        assert (tmp_path / "objects" / kept[:2] / kept).read_bytes() == FILM
        reopen(spool)
        assert (await announce(h, OFFICER, FILM)).status_code == 201
    assert seen == [(1, 100), (0, 0)]


async def test_an_upload_of_which_nothing_is_here_yet_does_not_begin_in_a_closed_spool(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        location = (await announce(h, OFFICER, FILM)).headers["location"]
        assert drain(tmp_path / "spool", 0, lambda _: None) == (0, 0)
        refused = await send(h, OFFICER, location, 0, FILM)
        assert (refused.status_code, refused.json()["code"]) == (503, "ingest.spool-closed")
        reopen(tmp_path / "spool")
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204


async def test_an_announcement_made_before_is_still_found_in_a_closed_spool(
    tmp_path: Path,
) -> None:
    clip = uuid4()
    async with house(tmp_path) as h:
        first = await announce(h, OFFICER, FILM, client_id=clip)
        drain(tmp_path / "spool", 0, lambda _: None)
        again = await announce(h, OFFICER, FILM, client_id=clip)
        assert (again.status_code, again.headers["location"]) == (200, first.headers["location"])


def test_the_command_says_that_the_volume_must_stay(tmp_path: Path) -> None:
    (tmp_path / ("a" * 32)).write_bytes(b"half a film")
    left = liuhen("drain", "--spool", str(tmp_path), "--wait", "0")
    assert (left.returncode, "1 films in the spool, 11 bytes" in left.stdout) == (1, True)
    assert "must stay" in left.stderr
    (tmp_path / ("a" * 32)).unlink()
    empty = liuhen("drain", "--spool", str(tmp_path), "--wait", "0")
    assert (empty.returncode, empty.stderr) == (0, "")
    assert liuhen("drain", "--spool", str(tmp_path), "--undo").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert liuhen("drain", "--spool", str(tmp_path / "none")).returncode == 2
    assert list(tmp_path.iterdir()) == []
