"""What is promised of originals is only promised where it can be kept."""

from pathlib import Path

import pytest

from common.clock import SystemClock
from common.objects_local import LocalObjects
from ingest.errors import WeakLockError
from liuhen import standalone


def test_a_folder_says_that_its_locks_are_software_only(tmp_path: Path) -> None:
    (said,) = LocalObjects(tmp_path, SystemClock()).worm_probe()
    assert "software only" in said
    assert list(tmp_path.glob("??/*")) == []


def test_compliance_mode_on_a_software_lock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    standalone.prepare(tmp_path, clock)
    monkeypatch.setenv("LIUHEN_INGEST_LOCK_MODE", "compliance")
    with pytest.raises(WeakLockError, match="software only"):
        standalone.create_app(tmp_path, clock)
