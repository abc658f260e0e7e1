"""Nobody begins uploads without end; who finishes them meets no limit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import house, settle
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import announce, send

AGENCY = uuid4()
OFFICER, COLLEAGUE, THIRD = (person(Role.OFFICER, agency_id=AGENCY) for _ in range(3))
STRANGER = person(Role.OFFICER, agency_id=uuid4())


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_INGEST_OPEN_UPLOADS_PER_PERSON_MAX", "2")
    monkeypatch.setenv("LIUHEN_INGEST_OPEN_UPLOADS_PER_AGENCY_MAX", "3")


async def test_a_person_begins_only_so_many_and_is_told_why(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        for _ in range(2):
            assert (await announce(h, OFFICER, b"film")).status_code == 201
        refused = await announce(h, OFFICER, b"film")
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (429, "ingest.too-many-uploads")
        assert (problem["whose"], problem["limit"], problem["used"]) == ("person", 2, 2)
        assert refused.headers["retry-after"] == "300"
        assert problem["title"] == "未完成的上传任务过多"
        assert problem["detail"].startswith("本人未完成的上传任务已达上限 2 个")
        assert said(h, "ingest") == ["ingest.request.refused.v1"]
        assert (await announce(h, COLLEAGUE, b"film")).status_code == 201


async def test_all_of_an_agency_begin_only_so_many_and_no_other_agency_notices(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        for who in (OFFICER, OFFICER, COLLEAGUE):
            assert (await announce(h, who, b"film")).status_code == 201
        problem = (await announce(h, THIRD, b"film")).json()
        assert (problem["whose"], problem["limit"]) == ("agency", 3)
        assert (await announce(h, STRANGER, b"film")).status_code == 201


async def test_who_finishes_may_begin_again_and_may_always_go_on(tmp_path: Path) -> None:
    client_id = uuid4()
    async with house(tmp_path) as h:
        first = await announce(h, OFFICER, b"film", client_id)
        await announce(h, OFFICER, b"film")
        again = await announce(h, OFFICER, b"film", client_id)
        assert (again.status_code, again.headers["location"]) == (200, first.headers["location"])
        await send(h, OFFICER, first.headers["location"], 0, b"film")
        assert (await announce(h, OFFICER, b"film")).status_code == 201


async def test_uploads_that_have_expired_shut_nobody_out(tmp_path: Path) -> None:
    clock = FrozenClock(datetime.now(UTC))
    async with house(tmp_path, clock) as h:
        for _ in range(2):
            await announce(h, OFFICER, b"film")
        clock.move(h.ctx("ingest").settings.unfinished_kept)
        await settle(h.app)
        assert (await announce(h, OFFICER, b"film")).status_code == 429
        clock.move(timedelta(seconds=1))
        await settle(h.app)
        assert (await announce(h, OFFICER, b"film")).status_code == 201
