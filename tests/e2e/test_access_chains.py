"""Nobody who asks, looks or reads makes a clip's chain longer than its exports can hold.

Method: the story of a clip, and somebody who repeats one request over and over.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func
from sqlmodel import select

from access.domain import evidence
from access.domain.content import PARTS_PER_MINUTE_MAX
from access.domain.requests import DAY, REQUESTS_A_DAY_MAX, VIEWS_A_DAY_MAX
from access.operations.exports import FILES_PER_MINUTE_MAX
from audit.tables import EntryRow
from common.service import REFUSALS_PER_MINUTE_MAX
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.said import of_type
from tests.support.showing import (
    AGENCY,
    CLIP,
    COLLEAGUE,
    FILM,
    HEAD,
    LAWYER,
    OTHER_HEAD,
    STRANGER,
    V1,
    approve,
    ask,
    asked,
    built_export,
    granted_copy,
    opened_view,
    set_up,
)

MINUTE = timedelta(minutes=1)
TURNED_AWAY = "access.request.turned_away.v1"


@pytest.fixture
async def h(h: House) -> House:
    await set_up(h)
    return h


async def chain(h: House, name: str) -> int:
    """How many entries a chain of the log has."""
    await settle(h.app)
    audit = h.ctx("audit")
    with audit.db.snapshot() as session:
        query = select(func.count()).where(EntryRow.stream == name)
        return session.exec(query).one()


async def test_a_strangers_flood_leaves_a_clips_export_possible(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "ENTRIES_MAX", 30)
    before = await chain(h, str(CLIP))
    for _ in range(40):
        assert (await ask(h, STRANGER)).status_code == 404
    assert await chain(h, str(CLIP)) == before
    request = await granted_copy(h)
    body = {"key": str(uuid4()), "proves": "证明现场情况"}
    export = await h.done(COLLEAGUE, "POST", f"{request}/exports", body)
    shown = await h.done(COLLEAGUE, "GET", f"{V1}/exports/{export['export_id']}")
    assert shown["state"] == "built"


async def test_a_stranger_stands_in_their_own_chain_and_the_owner_finds_them(
    h: House, clock: FrozenClock
) -> None:
    await ask(h, STRANGER)
    (record,) = of_type(h, TURNED_AWAY)
    assert (record["thing_id"], record["agency_id"]) == (str(CLIP), str(AGENCY))
    assert record["requester_id"] == str(STRANGER.subject)
    assert await chain(h, f"access:{STRANGER.subject}") == 1
    for _ in range(2):
        for _ in range(REFUSALS_PER_MINUTE_MAX + 3):
            await ask(h, STRANGER)
        clock.move(MINUTE)
    assert len(of_type(h, TURNED_AWAY)) == 2 * REFUSALS_PER_MINUTE_MAX
    figures = (await h.client.get("/access/metrics")).text
    (line,) = (
        line
        for line in figures.splitlines()
        if line.startswith("liuhen_requests_total{") and 'method="PUT"' in line and '"404"' in line
    )
    assert line.endswith(f" {2 * (REFUSALS_PER_MINUTE_MAX + 3) + 1}.0")


async def test_who_may_know_of_a_clip_asks_so_often_a_day(h: House, clock: FrozenClock) -> None:
    hidden, unknown = CLIP, uuid4()
    for _ in range(REQUESTS_A_DAY_MAX):
        assert (await ask(h, LAWYER, purpose="own_case")).status_code == 403
        for clip_id in (hidden, unknown):
            await ask(h, STRANGER, clip_id=clip_id)
    late = await ask(h, LAWYER, purpose="own_case")
    assert (late.status_code, late.json()["code"]) == (429, "access.too-many-requests")
    answers = [await ask(h, STRANGER, clip_id=clip_id) for clip_id in (hidden, unknown)]
    assert answers[0].content == answers[1].content == late.content
    assert len(of_type(h, "access.request.decided.v1")) == REQUESTS_A_DAY_MAX
    assert (await ask(h, COLLEAGUE)).status_code == 201  # somebody else's turn is their own
    clock.move(DAY)
    assert (await ask(h, LAWYER, purpose="own_case")).status_code == 403


async def test_approvals_that_do_not_count_are_bounded_as_well(
    h: House, clock: FrozenClock
) -> None:
    request = await asked(h, COLLEAGUE)
    for _ in range(2):
        for _ in range(REFUSALS_PER_MINUTE_MAX + 5):
            answer = await approve(h, OTHER_HEAD, request, "consent")
            assert answer.json()["code"] == "access.not-approver"
        clock.move(MINUTE)
    assert len(of_type(h, "access.approval.decided.v1")) == 2 * REFUSALS_PER_MINUTE_MAX


async def test_a_player_that_asks_in_a_thousand_pieces_is_on_record_once_a_minute(
    h: House, clock: FrozenClock
) -> None:
    view = await opened_view(h)
    step = 4096
    shown = b""
    for _ in range(2):
        for first in range(0, len(FILM), step):
            headers = {"range": f"bytes={first}-{first + step - 1}"}
            shown += (await h.call(COLLEAGUE, "GET", view["content"], headers=headers)).content
        clock.move(MINUTE)
    assert shown == FILM * 2
    records = of_type(h, "access.clip.shown.v1")
    parts = [(one["first_byte"], one["last_byte"]) for one in records]
    exact = [(first, first + step - 1) for first in range(0, PARTS_PER_MINUTE_MAX * step, step)]
    assert parts == [*exact, (0, len(FILM) - 1)] * 2  # the last names all that may have left


async def test_a_clip_is_looked_at_so_often_a_day(h: House, clock: FrozenClock) -> None:
    request = await asked(h, COLLEAGUE)
    await approve(h, HEAD, request, "consent")
    for _ in range(VIEWS_A_DAY_MAX):
        await h.done(COLLEAGUE, "POST", f"{request}/views")
    late = await h.call(COLLEAGUE, "POST", f"{request}/views")
    assert (late.status_code, late.json()["code"]) == (429, "access.too-many-views")
    assert len(of_type(h, "access.view.opened.v1")) == VIEWS_A_DAY_MAX
    clock.move(DAY)
    await h.done(COLLEAGUE, "POST", f"{request}/views")


async def test_who_fetches_every_proof_of_a_folder_does_not_double_the_next(h: House) -> None:
    export = await built_export(h)
    files = export["files"] * 2
    assert len(export["files"]) > FILES_PER_MINUTE_MAX
    for file in files:
        path = f"{V1}/exports/{export['export_id']}/files/{file['path']}"
        assert (await h.call(COLLEAGUE, "GET", path)).is_success
    records = [one["file_sha256"] for one in of_type(h, "access.export.read.v1")]
    first = [file["sha256"] for file in files[:FILES_PER_MINUTE_MAX]]
    assert records == [*first, None]
