"""An export that cannot be built is tried again, holds up nobody, and is given up with a reason."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from access.domain.trying import DEATHS_MAX, PAUSE_FIRST, PAUSE_MAX, TRIES_MAX, WORDS
from access.operations import building, exports
from access.store import handing_out as store
from contracts.access import ExportFailure
from tests.support.house import House, settle
from tests.support.said import said, say
from tests.support.showing import (
    COLLEAGUE,
    HANDLER,
    V1,
    granted_copy,
    quarantined,
    set_up,
)

BUILT, FAILED = "access.export.built.v1", "access.export.failed.v1"
TURNED_AWAY = "access.request.turned_away.v1"


@pytest.fixture
async def h(h: House) -> House:
    await set_up(h)
    return h


async def ready_exports(h: House, count: int) -> list[str]:
    """The ids of exports whose proofs have come and that nobody has tried to build yet."""
    request = await granted_copy(h)
    steps = h.app.state.apps["access"].state.steps
    exporter = steps.pop("exporter")
    bodies = [{"key": str(uuid4()), "proves": "证明现场情况"} for _ in range(count)]
    made = [await h.done(COLLEAGUE, "POST", f"{request}/exports", body) for body in bodies]
    steps["exporter"] = exporter
    return [export["export_id"] for export in made]


async def shown(h: House, export_id: str) -> dict[str, Any]:
    return (await h.call(COLLEAGUE, "GET", f"{V1}/exports/{export_id}")).json()


async def pass_by(h: House, time: timedelta) -> None:
    h.ctx("access").clock.move(time)
    await settle(h.app)


def bundle_of(h: House, export_id: str) -> Path:
    with h.ctx("access").db.snapshot() as session:
        export = store.find_export(session, UUID(export_id))
    assert export is not None
    assert export.bundle_sha256 is not None
    return h.data / "bundles" / export.bundle_sha256[:2] / export.bundle_sha256


def original(h: House) -> Path:
    return next(path for path in (h.data / "objects").glob("??/*") if path.is_file())


def damage(file: Path) -> bytes:
    """Change the last byte and return what was there."""
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return whole


async def test_exports_that_cannot_be_built_do_not_hold_up_another(h: House) -> None:
    *ill, sound = await ready_exports(h, building.BUILDS_MAX + 1)
    for export_id in ill:
        damage(bundle_of(h, export_id))
    await settle(h.app)
    assert (await shown(h, sound))["state"] == "built"
    assert {(await shown(h, export_id))["state"] for export_id in ill} == {"building"}
    assert said(h, "access").count(FAILED) == 0


@pytest.mark.parametrize("which", [original, bundle_of])
async def test_damaged_bytes_never_leave_and_mended_ones_do(h: House, which: Any) -> None:  # noqa: ANN401 - two forms
    (export_id,) = await ready_exports(h, 1)
    file = original(h) if which is original else bundle_of(h, export_id)
    whole = damage(file)
    await settle(h.app)
    assert not h.ctx("access").folders.has(UUID(export_id))
    file.write_bytes(whole)
    await settle(h.app)
    assert (await shown(h, export_id))["state"] == "building"  # not before its pause is over
    await pass_by(h, PAUSE_FIRST)
    assert (await shown(h, export_id))["state"] == "built"


async def test_a_damaged_original_is_given_up_after_so_many_tries_and_hours(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    damage(original(h))
    await settle(h.app)
    for _ in range(TRIES_MAX[ExportFailure.ORIGINAL_DAMAGED] - 1):
        assert (await shown(h, export_id))["state"] == "building"
        await pass_by(h, PAUSE_MAX)
    export = await shown(h, export_id)
    assert (export["state"], export["folder"], export["files"]) == ("failed", None, [])
    assert export["failure"]["code"] == "original-damaged"
    assert "原件" in export["failure"]["text"]
    await pass_by(h, PAUSE_MAX)
    assert said(h, "access").count(FAILED) == 1


async def test_one_damaged_reading_after_days_without_a_disk_ends_nothing(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    objects, elsewhere = h.data / "objects", h.data / "elsewhere"
    objects.rename(elsewhere)
    for _ in range(TRIES_MAX[ExportFailure.ORIGINAL_DAMAGED] + 1):
        await pass_by(h, PAUSE_MAX)
    elsewhere.rename(objects)
    whole = damage(original(h))
    await pass_by(h, PAUSE_MAX)
    assert (await shown(h, export_id))["state"] == "building"
    original(h).write_bytes(whole)
    await pass_by(h, PAUSE_MAX)
    assert (await shown(h, export_id))["state"] == "built"


async def test_what_is_given_up_leaves_nothing_half_way_either(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    half_way = h.data / "exports" / "incoming" / export_id
    (half_way / "originals").mkdir(parents=True)
    await say(h, quarantined())
    await settle(h.app)
    assert (await shown(h, export_id))["state"] == "failed"
    assert not half_way.exists()


async def test_a_quarantined_clip_is_given_up_at_once(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    await say(h, quarantined())
    await settle(h.app)
    assert (await shown(h, export_id))["failure"]["code"] == "clip-quarantined"
    assert said(h, "access").count(FAILED) == 1


async def test_a_store_that_is_away_for_two_days_only_delays(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    ctx, often = h.ctx("access"), TRIES_MAX[ExportFailure.UNEXPECTED]
    with ctx.db.transaction() as session:  # tried so often that another failure would end it
        store.begin_try(session, UUID(export_id), often, ctx.clock.now())
    objects = h.data / "objects"
    objects.rename(h.data / "elsewhere")
    for _ in range(16):
        await pass_by(h, 3 * PAUSE_MAX)
        assert (await shown(h, export_id))["state"] == "building"
    (h.data / "elsewhere").rename(objects)
    await pass_by(h, PAUSE_MAX)
    assert (await shown(h, export_id))["state"] == "built"


async def test_a_log_that_has_not_caught_up_only_delays(h: House) -> None:
    request = await granted_copy(h)
    audit = h.app.state.apps["audit"].state.steps
    away = dict(audit)
    audit.clear()
    body = {"key": str(uuid4()), "proves": "证明现场情况"}
    export_id = (await h.done(COLLEAGUE, "POST", f"{request}/exports", body))["export_id"]
    await pass_by(h, timedelta(days=6))
    assert (await shown(h, export_id))["state"] == "waiting_for_proofs"
    audit.update(away)
    await settle(h.app)
    assert (await shown(h, export_id))["state"] == "built"


async def test_an_export_ends_with_its_grant_whatever_it_waits_for(h: House) -> None:
    (waiting_for_disk,) = await ready_exports(h, 1)
    (h.data / "objects").rename(h.data / "elsewhere")
    await settle(h.app)
    h.app.state.apps["audit"].state.steps.clear()
    (waiting_for_log,) = await ready_exports(h, 1)
    await pass_by(h, h.ctx("access").settings.grant_lifetime)
    for export_id in (waiting_for_disk, waiting_for_log):
        assert (await shown(h, export_id))["failure"]["code"] == "grant-over"
    assert said(h, "access").count(FAILED) == 2


async def test_an_export_that_kills_its_builder_each_time_is_given_up(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    ctx = h.ctx("access")
    with ctx.db.transaction() as session:
        store.begin_try(session, UUID(export_id), DEATHS_MAX, ctx.clock.now())
    await settle(h.app)
    assert (await shown(h, export_id))["failure"]["code"] == "unexpected"


async def test_what_was_given_up_is_not_built_by_a_slower_builder(h: House) -> None:
    (export_id,) = await ready_exports(h, 1)
    await say(h, quarantined())
    await settle(h.app)
    ctx = h.ctx("access")
    with ctx.db.transaction() as session:
        assert not store.set_built(session, UUID(export_id), (), ctx.clock.now())


async def test_a_person_has_so_many_exports_open_and_a_colleague_still_some(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "OPEN_MAX_A_PERSON", 2)
    monkeypatch.setattr(exports, "OPEN_MAX", 3)
    requests = {who: await granted_copy(h, who) for who in (COLLEAGUE, HANDLER)}
    h.app.state.apps["access"].state.steps.pop("exporter")

    async def ask_for_one(who: Any) -> int:  # noqa: ANN401 - a requester
        body = {"key": str(uuid4()), "proves": "证明现场情况"}
        answer = await h.call(who, "POST", f"{requests[who]}/exports", body)
        assert answer.is_success or answer.json()["code"] == "access.too-many-exports"
        return answer.status_code

    assert [await ask_for_one(COLLEAGUE) for _ in range(3)] == [202, 202, 429]
    assert said(h, "access")[-1] == TURNED_AWAY
    assert [await ask_for_one(HANDLER) for _ in range(2)] == [202, 429]
    await settle(h.app)
    building.build_ready(h.ctx("access"))
    assert await ask_for_one(COLLEAGUE) == 202


def test_every_reason_has_its_limit_and_its_words() -> None:
    assert set(TRIES_MAX) == set(WORDS) == set(ExportFailure)
