"""The commands of docs/uploading.md send a film, as they stand there."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.ingest import Carrier
from ingest.domain.announcement import Announcement, Secrecy
from tests.support.docks import ROOT, Dock, digest, make_dock, open_dock

DOC = ROOT / "docs" / "uploading.md"


@pytest.fixture
def dock(tmp_path: Path) -> Generator[Dock]:
    make_dock(tmp_path, ())
    dock = open_dock(tmp_path)
    yield dock
    dock.product.stop()


def test_the_commands_of_the_document_send_a_film(dock: Dock, tmp_path: Path) -> None:
    film = tmp_path / "现场.mp4"
    film.write_bytes(b"film" * 1000)
    lines = DOC.read_text(encoding="utf-8").splitlines()
    script = "\n".join(line for line in lines if line.startswith("    "))
    places = {"URL": dock.product.address, "TOKEN": dock.token(), "FILM": str(film)}
    ended = subprocess.run(  # noqa: S603 - the words that we tell others
        ["/bin/sh", "-euc", script],
        env=dock.environment() | places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "upload-offset: 4000" in ended.stdout.lower()
    assert dock.kept() == {digest(film)}


def test_the_document_names_every_key_and_every_word() -> None:
    said = DOC.read_text(encoding="utf-8")
    words = {*Announcement.model_fields, *Carrier, *Secrecy}
    assert [word for word in sorted(words) if f"`{word}`" not in said] == []
