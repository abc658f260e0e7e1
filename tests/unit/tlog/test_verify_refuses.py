"""What the verifier cannot check at all is neither verified nor failed: exit code 2."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.evidence import Evidence
from tests.support.verifier import verify

Say = Callable[..., tuple[int, str]]


def test_a_folder_that_holds_no_evidence_cannot_be_checked(tmp_path: Path, says: Say) -> None:
    code, out = says(Evidence(tmp_path, ""))
    assert (code, "无法校验 CANNOT CHECK" in out) == (2, True)
    assert says(Evidence(tmp_path / "nowhere", ""))[0] == 2


@pytest.mark.parametrize("key", ["no-such-file", "", " ", "log.example/1+00000000+AQ=="])
def test_a_key_that_is_none_cannot_be_checked_against(it: Evidence, says: Say, key: str) -> None:
    assert says(it, "--vkey", key)[0] == 2


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"no key"])
def test_a_file_that_holds_no_key_cannot_be_checked_against(
    it: Evidence, says: Say, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "trusted").write_bytes(content)
    assert says(it, "--vkey", str(tmp_path / "trusted"))[0] == 2


def test_wrong_usage_is_told_from_a_failure(it: Evidence) -> None:
    with pytest.raises(SystemExit) as exit_:
        verify.main([str(it.folder), "--no-such-option"])
    assert exit_.value.code == 2
