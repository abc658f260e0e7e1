"""What is promised of originals is only promised where it can be kept."""

from pathlib import Path

import pytest

from common.clock import SystemClock
from common.objects import LocalObjects
from ingest.errors import SoftwareLockError
from liuhen import standalone


def test_a_folder_does_not_pass_for_a_store_that_enforces_locks(tmp_path: Path) -> None:
    objects = LocalObjects(tmp_path)
    assert not objects.enforces_locks()
    assert list(tmp_path.glob("??/*")) == []


def test_compliance_mode_on_a_software_lock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    standalone.prepare(tmp_path, clock)
    monkeypatch.setenv("LIUHEN_INGEST_LOCK_MODE", "compliance")
    with pytest.raises(SoftwareLockError, match="enforces locks"):
        standalone.create_app(tmp_path, clock)
