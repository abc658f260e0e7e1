"""A back-up is whole and its own, or there is none; a restore writes nothing it has not checked."""

import fcntl
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from common.clock import SystemClock
from liuhen import backup, restore, standalone
from liuhen.sums import BackupError
from tests.support.safe import ACKNOWLEDGED, ORIGINAL, UPLOAD, original, small_product


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_product(tmp_path / "data")


@pytest.fixture
def taken(data: Path, tmp_path: Path) -> Path:
    backup.take(data, tmp_path / "taken", SystemClock())
    return tmp_path / "taken"


def said(*words: str, limit_kib: int | None = None) -> tuple[int, str]:
    """How the command ends, and its words on standard error."""
    command = [sys.executable, "-m", "liuhen", *words]
    if limit_kib:  # a file that may not grow is refused as on a full disk, with other words
        command = ["sh", "-c", f'ulimit -f {2 * limit_kib}; exec "$@"', "sh", *command]
    done = subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


def test_what_is_restored_is_what_was_there(data: Path, taken: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    restore.restore(taken, new)
    assert original(new).read_bytes() == ORIGINAL
    assert (new / "spool" / UPLOAD).read_bytes() == ACKNOWLEDGED
    there = {path.name for path in data.iterdir()} - {backup.TURN}
    assert {path.name for path in new.iterdir()} == there
    assert not (new / "objects" / "incoming").exists()
    with standalone.locked(new):
        standalone.prepare(new, SystemClock())


def test_a_restored_folder_is_its_owners_alone_whatever_the_medium_forgot(
    taken: Path, tmp_path: Path
) -> None:
    for path in taken.rglob("*"):
        path.chmod(0o777)
    new = tmp_path / "new"
    restore.restore(taken, new)
    assert new.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in new.rglob("*") if path.is_file()}
    assert (modes["log.key"], modes["audit.db"], modes[UPLOAD]) == (0o600, 0o600, 0o600)
    assert original(new).stat().st_mode & 0o777 == 0o444


def test_a_backup_shares_no_file_with_what_it_is_of(data: Path, taken: Path) -> None:
    assert original(taken / "data").stat().st_ino != original(data).stat().st_ino
    assert original(data).stat().st_nlink == 1


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum not installed")
def test_the_tool_of_every_linux_reads_its_list(taken: Path) -> None:
    check = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=taken, check=False).returncode == 0  # noqa: S603 - constant
    (taken / "data" / "keys" / "log.key").write_bytes(b"Secret")
    assert subprocess.run(check, cwd=taken, check=False).returncode == 1  # noqa: S603 - constant


@pytest.mark.parametrize("name", ["data/audit.db", "data/keys/log.key", f"data/spool/{UPLOAD}"])
def test_a_flipped_bit_is_named_and_nothing_is_restored(
    taken: Path, tmp_path: Path, name: str
) -> None:
    content = bytearray((taken / name).read_bytes())
    content[len(content) // 2] ^= 1
    (taken / name).write_bytes(content)
    new = tmp_path / "new"
    code, why = said("restore", "--from", str(taken), "--data", str(new))
    assert (code, f"{name.removeprefix('data/')} is damaged" in why) == (2, True), why
    assert why.count("\n") == 1
    assert not new.exists()


@pytest.mark.parametrize("position", range(45, 260, 23))
def test_a_flipped_bit_in_the_list_is_noticed_wherever_it_is(
    taken: Path, tmp_path: Path, position: int
) -> None:
    sums = taken / "SHA256SUMS"
    content = bytearray(sums.read_bytes())
    content[content.index(b"\n") + position] ^= 1
    sums.write_bytes(content)
    with pytest.raises(BackupError, match="nothing was restored"):
        restore.restore(taken, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_missing_file_and_a_strange_one_are_named(taken: Path, tmp_path: Path) -> None:
    (taken / "data" / "keys" / "log.key").unlink()
    (taken / "data" / "planted").touch()
    with pytest.raises(BackupError, match=r"keys/log.key is missing, planted is not in the list"):
        restore.restore(taken, tmp_path / "new")


def test_only_an_empty_folder_is_restored_into(data: Path, taken: Path) -> None:
    before = (data / "audit.db").read_bytes()
    code, why = said("restore", "--from", str(taken), "--data", str(data))
    assert (code, "is not empty" in why, why.count("\n")) == (2, True, 1)
    assert (data / "audit.db").read_bytes() == before


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    code, why = said("restore", "--from", str(tmp_path), "--data", str(tmp_path / "new"))
    assert (code, "is no back-up of Liuhen" in why) == (2, True)


def test_an_existing_name_is_never_written_to(data: Path, taken: Path) -> None:
    before = (taken / "SHA256SUMS").read_bytes()
    code, why = said("backup", "--data", str(data), "--to", str(taken))
    assert (code, "is there already" in why, why.count("\n")) == (2, True, 1)
    assert (taken / "SHA256SUMS").read_bytes() == before


def test_a_backup_inside_the_data_folder_is_refused(data: Path) -> None:
    with pytest.raises(BackupError, match="would be lost together with it"):
        backup.take(data, data / "backups" / "today", SystemClock())


def test_a_folder_without_a_product_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no data folder of a product that ran"):
        backup.take(tmp_path, tmp_path.with_name("taken"), SystemClock())


def test_a_full_disk_leaves_no_half_backup(data: Path, tmp_path: Path) -> None:
    words = ("backup", "--data", str(data), "--to", str(tmp_path / "full"))
    code, why = said(*words, limit_kib=16)
    assert (code, why.count("\n"), "nothing was kept" in why) == (2, 1, True), why
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert not (data / "backup.cut").exists()


def test_a_full_disk_leaves_no_half_restored_product(taken: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    code, why = said("restore", "--from", str(taken), "--data", str(new), limit_kib=16)
    assert (code, why.count("\n"), "nothing was restored" in why) == (2, 1, True), why
    assert [path.name for path in new.iterdir()] == ["lock"]
    restore.restore(taken, new)


def test_nothing_starts_on_a_folder_whose_restoring_was_killed(taken: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(taken / "data", new)
    (new / standalone.RESTORING).touch()
    code, why = said("up", "--data", str(new))
    assert (code, "half restored" in why, why.count("\n")) == (2, True, 1)


def test_what_a_killed_backup_left_never_looks_whole_and_stops_none(
    data: Path, tmp_path: Path
) -> None:
    (data / backup.CUT / "spool").mkdir(parents=True)
    (data / backup.CUT / "spool" / "1").hardlink_to(original(data))
    left = tmp_path / "taken.unfinished"
    left.mkdir()
    with pytest.raises(BackupError, match="remove it first"):
        backup.take(data, tmp_path / "taken", SystemClock())
    with pytest.raises(BackupError, match="is no back-up"):
        restore.restore(left, tmp_path / "new")
    backup.take(data, tmp_path / "other", SystemClock())
    assert not (tmp_path / "other" / "data" / backup.CUT).exists()


def test_what_was_damaged_before_is_named_and_the_rest_is_kept(data: Path, tmp_path: Path) -> None:
    original(data).chmod(0o600)
    original(data).write_bytes(b"rotten")
    taken = backup.take(data, tmp_path / "taken", SystemClock())
    assert list(taken.damaged) == [str(original(data).relative_to(data))]
    code, why = said("backup", "--data", str(data), "--to", str(tmp_path / "again"))
    assert (code, original(data).name in why) == (1, True)
    assert restore.restore(tmp_path / "again", tmp_path / "new") == taken.files


def test_one_backup_at_a_time(data: Path, tmp_path: Path) -> None:
    with (data / backup.TURN).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="another back-up"):
            backup.take(data, tmp_path / "taken", SystemClock())


def test_a_database_that_never_rests_is_told_and_not_cut_in_two(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "TURN_MAX_S", 0.01)
    with closing(sqlite3.connect(data / "access.db")) as busy:
        busy.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupError, match="without a pause"):
            backup.take(data, tmp_path / "taken", SystemClock())
    assert not (tmp_path / "taken").exists()
    backup.take(data, tmp_path / "taken", SystemClock())


def test_a_file_that_is_replaced_all_the_time_is_taken_whole(data: Path, tmp_path: Path) -> None:
    """The log's last checkpoint is replaced outside of any transaction."""
    key, new = data / "keys" / "log.checkpoint", data / "keys" / "log.new"
    key.write_bytes(b"checkpoint")
    over = threading.Event()

    def replace() -> None:
        while not over.is_set():
            new.write_bytes(b"checkpoint")
            new.replace(key)

    worker = threading.Thread(target=replace)
    worker.start()
    try:
        for number in range(20):
            backup.take(data, tmp_path / str(number), SystemClock())
            kept = tmp_path / str(number) / "data" / "keys" / "log.checkpoint"
            assert kept.read_bytes() == b"checkpoint"
    finally:
        over.set()
        worker.join()
