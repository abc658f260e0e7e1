"""A film that is acknowledged while it comes, behind PostgreSQL's fences."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from contracts.identity import Role
from ingest.operations import intake
from tests.support.house import house
from tests.support.house_on_postgres import SERVER, make_templates
from tests.support.people import person
from tests.support.uploads import begin, clip, send
from tools.engines.postgres import Postgres

OFFICER = person(Role.OFFICER, agency_id=uuid4())
STEP, PIECE = 16 * 1024, 2**20
FILM = Random(20261122).randbytes(5 * 2**20 + 3)  # noqa: S311 - a film


async def test_the_thread_behind_a_request_acts_for_its_agency(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_templates(postgres.url())
    monkeypatch.setenv(SERVER, postgres.url())
    monkeypatch.setattr(intake, "SYNC_BYTES", STEP)
    monkeypatch.setattr(intake, "COMMIT_BYTES", 4 * STEP)
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        answer = await send(h, OFFICER, location, 0, _pieces())
        assert answer.status_code == 204, answer.text
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"


async def _pieces() -> AsyncIterator[bytes]:
    for start in range(0, len(FILM), PIECE):
        yield FILM[start : start + PIECE]
