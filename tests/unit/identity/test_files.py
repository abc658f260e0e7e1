"""Small files of identity's are written whole, also by several processes at once."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from identity.adapters import files
from identity.adapters.keys import SigningKeys


def test_of_many_who_write_a_file_first_one_does(tmp_path: Path) -> None:
    place = tmp_path / "code"

    def write(number: int) -> None:
        files.write_first(place, b"%d" % number, 0o600)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(50)))
    first = place.read_bytes()
    files.write_first(place, b"later", 0o600)
    assert place.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["code"]


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "key"
    files.write(place, b"old", 0o600)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        files.write(place, b"new", 0o600)
    assert place.read_bytes() == b"old"


def test_replicas_that_start_together_sign_with_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = [opened.jwks() for opened in threads.map(SigningKeys.open, [tmp_path] * 16)]
    assert all(key == keys[0] for key in keys)
