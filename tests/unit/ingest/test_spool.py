"""The spool's file holds what was acknowledged, whatever a dead process left behind it."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.adapters import spool as adapter
from ingest.adapters.spool import Spool
from ingest.errors import NoRoomError, SpoolClosedError, SpoolLostError

ID = "0" * 32


def test_what_was_written_but_never_acknowledged_is_cut_off(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ID, 0, b"acknowledged")
    spool.append(ID, len(b"acknowledged"), b" and then the process died in a longer chunk")
    spool.append(ID, len(b"acknowledged"), b" again")
    assert spool.path(ID).read_bytes() == b"acknowledged again"
    assert spool.digest(ID) == sha256(b"acknowledged again").hexdigest()


def test_a_spool_shorter_than_acknowledged_is_an_alarm_and_is_not_filled(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(ID, 0, b"short")
    with pytest.raises(SpoolLostError):
        spool.append(ID, 6, b"more")
    assert spool.path(ID).read_bytes() == b"short"


def test_the_reserve_is_kept_while_films_arrive_and_what_was_acknowledged_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.append(ID, 0, b"acknowledged")
    monkeypatch.setattr(adapter, "ROOM_MIN_BYTES", 2**62)
    with pytest.raises(NoRoomError):
        spool.append(ID, len(b"acknowledged"), b" more")
    assert spool.path(ID).read_bytes() == b"acknowledged"


@pytest.mark.parametrize("name", ["../keys/token.key", "0" * 31, "0" * 33, "G" * 32, "", ID + "\n"])
def test_only_an_upload_id_becomes_a_files_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not an upload's id"):
        Spool(tmp_path).path(name)


def test_a_link_in_the_spool_is_not_followed(tmp_path: Path) -> None:
    spool, outside = Spool(tmp_path / "spool"), tmp_path / "outside"
    outside.write_bytes(b"not ours")
    spool.path(ID).symlink_to(outside)
    with pytest.raises(OSError, match="Too many levels"):
        spool.append(ID, 0, b"film")
    assert outside.read_bytes() == b"not ours"


def test_nobody_else_may_read_what_is_still_arriving(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ID, 0, b"film")
    assert spool.path(ID).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def test_the_first_bytes_are_findable_after_a_power_cut_also_after_a_crash_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.path(ID).write_bytes(b"written by a process that died before the folder was durable")
    durable: list[Path] = []
    monkeypatch.setattr(adapter, "fsync", durable.append)
    spool.append(ID, 0, b"film")
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
        spool.append(ID, 0, b"film")
    assert spool.held() == (0, 0)


def test_a_spool_that_closes_while_parts_are_joined_holds_the_parts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, film = Spool(tmp_path), "f" * 32
    spool.append(ID, 0, b"part")
    flush = os.fdatasync

    def closes_meanwhile(file: int) -> None:
        flush(file)
        spool.close()

    monkeypatch.setattr(os, "fdatasync", closes_meanwhile)
    with pytest.raises(SpoolClosedError):
        spool.join(film, [(ID, 4)])
    assert (spool.held(), spool.not_on_record()) == ((1, 4), [])
