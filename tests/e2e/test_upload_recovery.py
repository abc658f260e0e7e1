"""A new process goes on with what the last one left: the row, and a file that may not match it."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.identity import Role
from ingest.adapters import sha256 as adapter
from ingest.adapters.spool import Spool
from ingest.errors import UploadInterruptedError
from ingest.operations import uploads
from ingest.operations.intake import Chunk, Intake
from ingest.store import uploads as store
from tests.support.bodies import InPieces
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.uploads import ask, begin, send

OFFICER = person(Role.OFFICER, agency_id=uuid4())
FILM = bytes(range(256)) * 40
ANEW = "running digest is made anew"


def spooled(h: House) -> Path:
    return next((h.data / "spool").iterdir())


def change_row(h: House, values: str) -> None:
    with h.ctx("ingest").db.transaction() as session:
        changed = session.connection().execute(text(f"UPDATE upload SET {values}"))  # noqa: S608 - ours
        assert changed.rowcount == 1


@pytest.fixture
def without_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on whose library no running digest can be saved."""
    monkeypatch.setattr(adapter, "find_openssl", lambda: None)


async def half_a_film(h: House) -> tuple[str, str]:
    location, clip_id = await begin(h, OFFICER, FILM)
    assert (await send(h, OFFICER, location, 0, FILM[:5000])).status_code == 204
    return location, str(clip_id)


async def is_kept(h: House, clip_id: str) -> bool:
    known = (await h.call(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}")).json()
    return (known["state"], known["sha256"]) == ("stored", sha256(FILM).hexdigest())


async def test_a_film_is_kept_without_being_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with house(tmp_path) as h:
        location, clip_id = await half_a_film(h)
    async with house(tmp_path) as h:
        assert (await send(h, OFFICER, location, 5000, FILM[5000:])).status_code == 204
        assert await is_kept(h, clip_id)
    assert ANEW not in caplog.text


@pytest.mark.parametrize(
    "values",
    [
        "running_state = NULL, running_maker = NULL",
        "running_state = NULL",
        "running_maker = 'OpenSSL 1.1.1 11 Sep 2018, little-endian'",
        "running_state = CAST('short' AS BLOB)",
    ],
    ids=["lost", "half lost", "of another library", "damaged"],
)
async def test_without_a_state_that_is_ours_the_bytes_are_read_again(
    h: House, values: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    location, clip_id = await half_a_film(h)
    db = h.ctx("ingest").db
    change_row(h, values if db.engine.name == "sqlite" else values.replace("BLOB", "BYTEA"))
    assert ANEW not in caplog.text
    assert (await send(h, OFFICER, location, 5000, FILM[5000:])).status_code == 204
    assert ANEW in caplog.text
    assert await is_kept(h, clip_id)


@pytest.mark.usefixtures("without_openssl")
async def test_where_no_state_can_be_saved_only_a_restart_reads_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with house(tmp_path) as h:
        location, _ = await half_a_film(h)
        assert (await send(h, OFFICER, location, 5000, FILM[5000:6000])).status_code == 204
        assert ANEW not in caplog.text
    async with house(tmp_path) as h:
        assert (await send(h, OFFICER, location, 6000, FILM[6000:7000])).status_code == 204
        assert caplog.text.count(ANEW) == 1
        assert (await send(h, OFFICER, location, 7000, FILM[7000:])).status_code == 204
        assert caplog.text.count(ANEW) == 1
        assert len(list((tmp_path / "objects").glob(f"??/{sha256(FILM).hexdigest()}"))) == 1


@pytest.mark.parametrize("found", [4999, 0, None], ids=["shorter", "empty", "gone"])
async def test_a_file_that_lost_acknowledged_bytes_is_an_alarm_and_is_left_as_it_is(
    h: House, found: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    location, _ = await half_a_film(h)
    film = spooled(h)
    film.write_bytes(FILM[:found])
    if found is None:
        film.unlink()
    for _ in range(2):
        answer = await send(h, OFFICER, location, 5000, FILM[5000:])
        assert (answer.status_code, answer.json()["code"]) == (500, "ingest.spool-lost")
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "5000"
    assert (film.read_bytes() if film.exists() else None) == (
        None if found is None else FILM[:found]
    )
    alarm = next(record for record in caplog.records if record.levelname == "ERROR")
    assert alarm.getMessage() == "acknowledged bytes are not in the spool"
    assert alarm.__dict__["acknowledged_bytes"] == 5000


async def test_bytes_behind_the_offset_are_cut_off_whatever_they_are(h: House) -> None:
    location, clip_id = await half_a_film(h)
    with spooled(h).open("ab") as film:
        film.write(bytes(len(FILM)))
    assert (await send(h, OFFICER, location, 5000, FILM[5000:])).status_code == 204
    assert await is_kept(h, clip_id)


async def test_a_whole_film_that_is_lost_before_it_is_kept_is_an_alarm(
    h: House, caplog: pytest.LogCaptureFixture
) -> None:
    location, _ = await half_a_film(h)
    change_row(h, f"state = 'received', \"offset\" = {len(FILM)}")
    answer = await ask(h, OFFICER, location)
    assert answer.status_code == 500
    assert "acknowledged bytes are not in the spool" in caplog.text


async def test_who_looked_before_another_process_wrote_cuts_nothing_off(h: House) -> None:
    location, clip_id = await half_a_film(h)
    ctx = h.ctx("ingest")
    with ctx.db.snapshot() as session:
        seen = store.upload(session, location.rpartition("/")[2])
    assert (await send(h, OFFICER, location, 5000, FILM[5000:6000])).status_code == 204
    with pytest.raises(UploadInterruptedError) as moved:
        Intake(ctx, OFFICER, seen)
    assert moved.value.headers["Upload-Offset"] == "6000"
    assert spooled(h).read_bytes() == FILM[:6000]
    assert (await send(h, OFFICER, location, 6000, FILM[6000:])).status_code == 204
    assert await is_kept(h, clip_id)


async def test_a_film_that_a_process_that_hangs_does_not_let_go_is_not_written_here(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "TAKE_OVER_S", 0)
    location, clip_id = await half_a_film(h)
    elsewhere = Spool(h.data / "spool")
    with elsewhere.open(location.rpartition("/")[2], is_begun=True):
        busy = await send(h, OFFICER, location, 5000, FILM[5000:])
    assert (busy.status_code, busy.json()["code"]) == (503, "ingest.upload-busy")
    assert busy.headers["retry-after"] == "1"
    assert (await send(h, OFFICER, location, 5000, FILM[5000:])).status_code == 204
    assert await is_kept(h, clip_id)


async def test_what_a_slow_client_sends_is_acknowledged_before_its_request_ends(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, seen = h.ctx("ingest"), list[int]()
    location, clip_id = await begin(h, OFFICER, FILM)
    upload_id = location.rpartition("/")[2]

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(0, len(FILM), 2000):
            with ctx.db.snapshot() as session:
                seen.append(store.upload(session, upload_id).offset)
            yield FILM[start : start + 2000]

    monkeypatch.setattr(uploads, "COMMIT_S", 0)
    await uploads.append(ctx, OFFICER, upload_id, Chunk(0, len(FILM), InPieces(slowly())))
    assert seen == list(range(0, len(FILM), 2000))
    assert await is_kept(h, str(clip_id))


async def test_a_film_that_no_row_knows_is_told_of_and_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As after the database was put back to an older state than the spool."""
    async with house(tmp_path) as h:
        await half_a_film(h)
        with h.ctx("ingest").db.transaction() as session:
            session.connection().execute(text("DELETE FROM announcement"))
            session.connection().execute(text("DELETE FROM upload"))
    async with house(tmp_path) as h:
        await settle(h.app)
        assert "film in the spool is not on record" in caplog.text
        assert spooled(h).read_bytes() == FILM[:5000]
