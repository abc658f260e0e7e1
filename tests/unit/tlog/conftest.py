"""Sound evidence, and its verifier's words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.evidence import Evidence, evidence
from tests.support.verifier import verify

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def it(tmp_path: Path) -> Evidence:
    return evidence(tmp_path / "evidence")


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(it: Evidence, *options: str) -> tuple[int, str]:
        code = verify.main([str(it.folder), *options])
        return code, capsys.readouterr().out

    return run
