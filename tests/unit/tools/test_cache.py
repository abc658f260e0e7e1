"""What is fetched is tried three times, and kept whole or not at all."""

from pathlib import Path

import pytest

from tools.engines import cache
from tools.engines.cache import EngineError, fetch, kept

FAILS = 'echo again >>"$0.tries"; echo "registry: $(wc -l <"$0.tries")"; '
"""Counts its tries; then comes what it does about them."""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "PAUSES_S", tuple(0 for _ in cache.PAUSES_S))


def tool(folder: Path, does: str) -> Path:
    file = folder / "tool"
    file.write_text(FAILS + does)
    return file


def tries(of: Path) -> int:
    return len(of.with_suffix(".tries").read_text().splitlines())


def test_a_registry_that_answers_the_third_time_has_answered(tmp_path: Path) -> None:
    moody = tool(tmp_path, '[ "$(wc -l <"$0.tries")" -eq 3 ]')
    fetch(["sh", str(moody)])
    assert tries(moody) == 3


def test_a_registry_that_never_answers_is_told_with_the_tools_last_words(tmp_path: Path) -> None:
    away = tool(tmp_path, "exit 1")
    with pytest.raises(EngineError, match=r"registry: 3$"):
        fetch(["sh", str(away)])
    assert tries(away) == 3


def test_what_was_fetched_by_half_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")

    def by_half(folder: Path) -> None:
        (folder / "half").touch()
        raise EngineError("away")

    with pytest.raises(EngineError, match="away"):
        kept("engine", by_half)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["engine.lock"]
    assert (kept("engine", lambda folder: (folder / "whole").touch()) / "whole").exists()
