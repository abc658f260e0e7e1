"""The spool's file holds what was acknowledged, whatever a dead process left behind it."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from typing_extensions import override

from ingest.adapters import files
from ingest.adapters.files import Files
from ingest.adapters.spool import Spool
from ingest.errors import SpoolClosedError, SpoolFaultError, SpoolLostError, UploadBusyError

ID = "0" * 32


def put(spool: Spool, offset: int, content: bytes) -> None:
    """Make bytes durable behind those that are acknowledged."""
    with spool.open(ID, is_begun=offset > 0) as film:
        film.continue_at(offset)
        film.write(content)
        film.sync()


def test_what_was_written_but_never_acknowledged_is_cut_off(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    put(spool, 0, b"acknowledged")
    put(spool, len(b"acknowledged"), b" and then the process died in a longer chunk")
    put(spool, len(b"acknowledged"), b" again")
    assert spool.path(ID).read_bytes() == b"acknowledged again"


def test_a_spool_shorter_than_acknowledged_is_not_filled(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    put(spool, 0, b"short")
    with pytest.raises(SpoolLostError):
        put(spool, 6, b"more")
    assert spool.path(ID).read_bytes() == b"short"


def test_a_film_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(SpoolLostError):
        put(spool, 5, b"more")
    assert spool.held() == (0, 0)


def test_what_is_read_again_is_what_is_acknowledged_and_all_of_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    content = bytes(range(256)) * 5_000
    put(spool, 0, content + b"never acknowledged")
    running = sha256()
    spool.read(ID, len(content), running.update)
    assert running.hexdigest() == sha256(content).hexdigest()
    with pytest.raises(SpoolLostError):
        spool.read(ID, len(content) + 100, running.update)
    with pytest.raises(SpoolLostError):
        spool.read("f" * 32, 1, running.update)


def test_one_request_at_a_time_writes_a_film_whichever_process_it_is_in(tmp_path: Path) -> None:
    spool, other = Spool(tmp_path), Spool(tmp_path)
    put(spool, 0, b"film")
    with spool.open(ID, is_begun=True), pytest.raises(UploadBusyError):
        other.open(ID, is_begun=True)
    put(other, 4, b" and more")
    assert spool.path(ID).read_bytes() == b"film and more"


def test_what_is_written_while_the_disk_flushes_is_not_yet_called_durable(tmp_path: Path) -> None:
    class Slow(Files):
        @override
        def sync(self, file: int) -> None:
            super().sync(file)
            film.write(b" and more")  # as another thread does

    with Spool(tmp_path, Slow()).open(ID, is_begun=False) as film:
        film.write(b"film")
        film.sync()
        assert (film.durable, film.written) == (4, 13)


def test_who_writes_a_film_hears_that_another_process_waits_for_it(tmp_path: Path) -> None:
    spool, other = Spool(tmp_path), Spool(tmp_path)
    put(spool, 0, b"film")
    with spool.open(ID, is_begun=True) as film:
        assert not film.is_asked_for
        with other.ask(ID) as first, other.ask(ID) as second:
            assert not first.is_let_go()
            assert not second.is_let_go()
            assert film.is_asked_for
        assert not film.is_asked_for  # as after a death of who asked
    with other.ask(ID) as asked:
        assert asked.is_let_go()


def test_a_film_that_is_not_begun_is_nobodys(tmp_path: Path) -> None:
    with Spool(tmp_path).ask(ID) as asked:
        assert asked.is_let_go()


@pytest.mark.parametrize("name", ["../keys/token.key", "0" * 31, "0" * 33, "G" * 32, "", ID + "\n"])
def test_only_an_upload_id_becomes_a_files_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not an upload's id"):
        Spool(tmp_path).path(name)


def test_a_link_in_the_spool_is_not_followed(tmp_path: Path) -> None:
    spool, outside = Spool(tmp_path / "spool"), tmp_path / "outside"
    outside.write_bytes(b"not ours")
    spool.path(ID).symlink_to(outside)
    with pytest.raises(SpoolFaultError):
        spool.open(ID, is_begun=False)
    assert outside.read_bytes() == b"not ours"


def test_nobody_else_may_read_what_is_still_arriving(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    put(spool, 0, b"film")
    assert spool.path(ID).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def test_the_first_bytes_are_findable_after_a_power_cut_also_after_a_crash_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.path(ID).write_bytes(b"written by a process that died before the folder was durable")
    durable: list[Path] = []
    monkeypatch.setattr(files, "fsync", durable.append)
    put(spool, 0, b"film")
    put(spool, 4, b" and more")
    assert durable == [tmp_path]


def test_a_spool_that_closes_while_a_film_begins_does_not_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    flush = os.fdatasync

    def closes_meanwhile(file: int) -> None:
        flush(file)
        spool.close()

    monkeypatch.setattr(os, "fdatasync", closes_meanwhile)
    with pytest.raises(SpoolClosedError):
        put(spool, 0, b"film")
    assert spool.held() == (0, 0)


def test_a_spool_that_closes_while_parts_are_joined_holds_the_parts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, film = Spool(tmp_path), "f" * 32
    put(spool, 0, b"part")
    flush = os.fdatasync

    def closes_meanwhile(file: int) -> None:
        flush(file)
        spool.close()

    monkeypatch.setattr(os, "fdatasync", closes_meanwhile)
    with pytest.raises(SpoolClosedError):
        spool.join(film, [(ID, 4)])
    assert (spool.held(), spool.not_on_record()) == ((1, 4), [])
