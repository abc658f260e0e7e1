"""Views: for one person and a limited time, on record, and without a trace in what they show."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.access import ClipShown
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.said import of_type, said, say
from tests.support.showing import (
    COLLEAGUE,
    FILM,
    HANDLER,
    HEAD,
    LAWYER,
    STRANGER,
    V1,
    approve,
    archived,
    ask,
    asked,
    granted_copy,
    opened_view,
    quarantined,
    set_up,
)

SHOWN, TURNED_AWAY = "access.clip.shown.v1", "access.request.turned_away.v1"


@pytest.fixture
async def h(h: House) -> House:
    await set_up(h)
    return h


def shown(h: House) -> list[ClipShown]:
    """What is on record as shown."""
    return [ClipShown.model_validate(event) for event in of_type(h, SHOWN)]


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything that changes about files when somebody writes."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_mode)
        for path in folder.rglob("*")
    }


async def test_a_view_shows_the_original_byte_for_byte(h: House) -> None:
    before = state(h.data / "objects")
    view = await opened_view(h)
    answer = await h.call(COLLEAGUE, "GET", view["content"])
    assert (answer.status_code, answer.content) == (200, FILM)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["accept-ranges"] == "bytes"
    (event,) = shown(h)
    assert (event.viewer_id, str(event.view_no)) == (COLLEAGUE.subject, view["view_no"])
    assert (event.first_byte, event.last_byte) == (0, len(FILM) - 1)
    assert state(h.data / "objects") == before


async def test_a_player_may_ask_for_parts_and_each_is_on_record(h: House) -> None:
    view = await opened_view(h)
    parts = {"bytes=0-99": (0, 99), "bytes=-7": (-7, None), "bytes=1000-": (1000, None)}
    for wanted, (first, last) in parts.items():
        answer = await h.call(COLLEAGUE, "GET", view["content"], headers={"range": wanted})
        assert answer.status_code == 206
        assert answer.content == FILM[first : last and last + 1]
        assert answer.headers["content-range"].endswith(f"/{len(FILM)}")
    assert [(one.first_byte, one.last_byte) for one in shown(h)] == [
        (0, 99),
        (len(FILM) - 7, len(FILM) - 1),
        (1000, len(FILM) - 1),
    ]


async def test_bytes_beyond_the_end_are_neither_shown_nor_recorded(h: House) -> None:
    view = await opened_view(h)
    headers = {"range": f"bytes={len(FILM)}-"}
    answer = await h.call(COLLEAGUE, "GET", view["content"], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (416, "access.range")
    assert answer.headers["content-range"] == f"bytes */{len(FILM)}"
    assert shown(h) == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=30))
async def test_no_range_header_breaks_a_view(view: tuple[House, Any], wanted: str) -> None:
    h, opened = view
    headers = {"range": f"bytes={wanted}"}
    answer = await h.call(COLLEAGUE, "GET", opened["content"], headers=headers)
    assert answer.status_code in {200, 206, 416}


@pytest.fixture
async def view(h: House) -> tuple[House, Any]:
    return h, await opened_view(h)


async def test_a_view_ends_by_the_clock(h: House, clock: FrozenClock) -> None:
    view = await opened_view(h)
    lifetime: timedelta = h.ctx("access").settings.view_lifetime
    clock.move(lifetime - timedelta(seconds=1))
    assert (await h.call(COLLEAGUE, "GET", view["content"])).status_code == 200
    clock.move(timedelta(seconds=1))
    over = await h.call(COLLEAGUE, "GET", view["content"])
    assert (over.status_code, over.json()["code"]) == (404, "access.view-unknown")
    assert said(h, "access")[-1] == TURNED_AWAY


async def test_a_view_is_its_persons_alone(h: House) -> None:
    view = await opened_view(h)
    unknown = await h.call(COLLEAGUE, "GET", f"{V1}/views/{'x' * 22}/content")
    for who in (HANDLER, HEAD, LAWYER, STRANGER):
        answer = await h.call(who, "GET", view["content"])
        assert (answer.status_code, answer.content) == (404, unknown.content)
    assert (await h.call(None, "GET", view["content"])).status_code == 401
    assert shown(h) == []
    assert said(h, "access")[-5:] == [TURNED_AWAY] * 5


async def test_the_key_of_a_view_is_kept_nowhere(h: House) -> None:
    view = await opened_view(h)
    assert len(view["view_key"]) == 22  # 128 bits in base64url
    await h.done(COLLEAGUE, "GET", f"{V1}/requests")
    for file in h.data.rglob("*"):
        assert not file.is_file() or view["view_key"].encode() not in file.read_bytes()


async def test_only_a_granted_view_can_be_opened_and_by_its_requester(h: House) -> None:
    pending = await asked(h, COLLEAGUE)
    copy = await granted_copy(h)
    for request in (pending, copy):
        answer = await h.call(COLLEAGUE, "POST", f"{request}/views")
        assert (answer.status_code, answer.json()["code"]) == (403, "access.not-granted")
    unknown = await h.call(HANDLER, "POST", f"{V1}/requests/{uuid4()}/views")
    await approve(h, HEAD, pending, "consent")
    foreign = await h.call(HANDLER, "POST", f"{pending}/views")
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert said(h, "access").count(TURNED_AWAY) == 4


async def test_a_grant_lapses(h: House, clock: FrozenClock) -> None:
    request = await asked(h, COLLEAGUE)
    clock.move(timedelta(days=30))
    await approve(h, HEAD, request, "consent")
    clock.move(h.ctx("access").settings.grant_lifetime - timedelta(seconds=1))
    assert (await h.call(COLLEAGUE, "POST", f"{request}/views")).status_code == 201
    clock.move(timedelta(seconds=1))
    late = await h.call(COLLEAGUE, "POST", f"{request}/views")
    assert late.json()["code"] == "access.not-granted"


async def test_who_left_the_agency_cannot_use_the_grant(h: House) -> None:
    request = await asked(h, COLLEAGUE)
    await approve(h, HEAD, request, "consent")
    elsewhere = COLLEAGUE.model_copy(update={"agency_id": STRANGER.agency_id})
    assert (await h.call(elsewhere, "POST", f"{request}/views")).status_code == 404


async def test_a_clip_quarantined_since_is_not_shown(h: House) -> None:
    view = await opened_view(h)
    request = await asked(h, COLLEAGUE)
    await approve(h, HEAD, request, "consent")
    await say(h, quarantined())
    assert (await h.call(COLLEAGUE, "GET", view["content"])).status_code == 404
    late = await h.call(COLLEAGUE, "POST", f"{request}/views")
    assert late.json()["code"] == "access.not-granted"
    assert shown(h) == []


async def test_an_original_of_another_length_is_not_shown(h: House) -> None:
    view = await opened_view(h)
    (original,) = (path for path in (h.data / "objects").glob("??/*") if path.is_file())
    original.chmod(0o600)
    original.write_bytes(FILM[:-1])
    answer = await h.call(COLLEAGUE, "GET", view["content"])
    assert (answer.status_code, answer.json()["code"]) == (500, "common.internal")
    assert shown(h) == []


async def test_the_handlers_view_needs_no_consent_once_archived(h: House) -> None:
    await say(h, archived())
    granted = (await ask(h, HANDLER, purpose="case_handling")).json()
    view = await h.done(HANDLER, "POST", f"{V1}/requests/{granted['request_id']}/views")
    assert (await h.call(HANDLER, "GET", view["content"])).content == FILM
