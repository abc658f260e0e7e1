"""Stills and previews of a kept film: made once, kept apart, tied to the original's digest."""

import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from contracts.identity import Role
from ingest.adapters import derive_process
from ingest.adapters.confinement import Limits
from ingest.operations.deriving import PAUSE, RETRY, TRIES_MAX
from tests.support.clock import FrozenClock
from tests.support.films import film
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import begin, clip, send, upload

OFFICER = person(Role.OFFICER, agency_id=uuid4())
MADE = "ingest.derivative.made.v1"
TOO_LITTLE = Limits(cpu_s=60, wall_s=60, memory_bytes=2**31, output_bytes=10)


def bytes_of(h: House, folder: str, made: Mapping[str, Any]) -> bytes:
    return (h.data / folder / made["sha256"][:2] / made["sha256"]).read_bytes()


async def test_a_film_gets_three_stills_and_a_preview(tmp_path: Path) -> None:
    content = film(tmp_path / "film.mp4", range(50)).read_bytes()
    async with house(tmp_path / "house") as h:
        clip_id = await upload(h, OFFICER, content)
        known = await clip(h, OFFICER, clip_id)
        kinds = [made["kind"] for made in known["derivatives"]]
        assert (sorted(kinds), known["not_derived"]) == (
            ["preview", "still_10", "still_50", "still_90"],
            [],
        )
        for made in known["derivatives"]:
            kept = bytes_of(h, "derivatives", made)
            assert hashlib.sha256(kept).hexdigest() == made["sha256"]
            assert (made["parent_sha256"], made["size_bytes"]) == (known["sha256"], len(kept))
            assert made["maker"].startswith("av-")
        assert said(h, "ingest").count(MADE) == 4
        await settle(h.app)
        assert said(h, "ingest").count(MADE) == 4
        assert bytes_of(h, "objects", known) == content


async def test_a_derivative_is_locked_by_nobody(tmp_path: Path) -> None:
    content = film(tmp_path / "film.mp4", range(50)).read_bytes()
    async with house(tmp_path / "house") as h:
        clip_id = await upload(h, OFFICER, content)
        ctx, known = h.ctx("ingest"), await clip(h, OFFICER, clip_id)
        assert ctx.objects.locked_until(known["sha256"]) is not None
        for made in known["derivatives"]:
            assert not ctx.objects.has(made["sha256"])
            assert ctx.derivatives.locked_until(made["sha256"]) is None


async def test_a_photograph_is_reduced(tmp_path: Path) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (4000, 3000), "red").save(photo, "JPEG")
    async with house(tmp_path) as h:
        known = await clip(h, OFFICER, await upload(h, OFFICER, photo.getvalue()))
        (made,) = known["derivatives"]
        assert (made["kind"], made["recipe"]) == ("preview", "photo.v1")
        with Image.open(io.BytesIO(bytes_of(h, "derivatives", made))) as small:
            assert small.size == (1280, 960)


async def test_of_what_cannot_be_decoded_nothing_is_made(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        known = await clip(h, OFFICER, await upload(h, OFFICER, b"not a film"))
        assert (known["derivatives"], known["not_derived"], MADE in said(h, "ingest")) == (
            [],
            [],
            False,
        )


async def test_what_fails_is_tried_again_and_then_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten bytes of room stand for whatever ends the process."""
    monkeypatch.setattr(derive_process.DeriveProcess.__init__, "__defaults__", (TOO_LITTLE,))
    clock = FrozenClock(datetime.now(UTC))
    content = film(tmp_path / "film.mp4", range(50)).read_bytes()
    async with house(tmp_path / "house", clock) as h:
        clip_id = await upload(h, OFFICER, content)
        for _ in range(TRIES_MAX - 1):
            assert (await clip(h, OFFICER, clip_id))["not_derived"] == []
            clock.move(PAUSE)
            await settle(h.app)
        known = await clip(h, OFFICER, clip_id)
        assert known["derivatives"] == []
        assert known["not_derived"] == ["preview", "still_10", "still_50", "still_90"]
        assert MADE not in said(h, "ingest")


async def kept_and_probed(h: House, content: bytes) -> UUID:
    """A clip whose probe is done and of which nothing was made yet."""
    location, clip_id = await begin(h, OFFICER, content)
    await send(h, OFFICER, location, 0, content)
    while (await clip(h, OFFICER, clip_id))["facts"] is None:
        await h.app.state.apps["ingest"].state.steps["prober"](0)
    return clip_id


async def test_a_film_that_is_away_for_a_time_gets_them_later(tmp_path: Path) -> None:
    clock = FrozenClock(datetime.now(UTC))
    content = film(tmp_path / "film.mp4", range(50)).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    async with house(tmp_path / "house", clock) as h:
        clip_id = await kept_and_probed(h, content)
        place = h.data / "objects" / digest[:2] / digest
        place.unlink()
        for _ in range(TRIES_MAX + 1):
            await settle(h.app)
            clock.move(RETRY)
        known = await clip(h, OFFICER, clip_id)
        assert (known["derivatives"], known["not_derived"]) == ([], [])
        place.write_bytes(content)
        await settle(h.app)
        assert len((await clip(h, OFFICER, clip_id))["derivatives"]) == 4
