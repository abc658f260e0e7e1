"""The story's people film and send: a film is made once and sent until the product has it."""

import time
from datetime import timedelta
from typing import Final

import httpx

from liuhen.demo.cast import named
from liuhen.demo.film import make_film
from liuhen.demo.line import PATIENCE_S, PAUSE_S, StoryError
from liuhen.demo.phone import Phone, UploadFailedError, UploadReport
from liuhen.demo.stage import Stage, expect

CUT_AT: Final = 0.55
"""Where in the film the connection breaks, as a share of its bytes: in the middle of a request."""


def upload(
    stage: Stage, who: str, clip: str, begins: str, seconds: int, *, unit: str, cut: bool = False
) -> UploadReport:
    """Film from `begins` for `seconds`, and send the clip; with `cut` the line breaks once."""
    client_id = named(stage.story_id, clip)
    path = stage.folder / f"{client_id}.mp4"
    if not path.exists():
        make_film(path, stage.at(begins), seconds, clip.upper())
    metadata = {
        "recorded_start": stage.at(begins).isoformat(),
        "recorded_end": (stage.at(begins) + timedelta(seconds=seconds)).isoformat(),
        "carrier": "body_camera",
        "filmed_by": stage.id(who),
        "device_no": f"DEMO-{who}",
        "unit_id": stage.id(unit),
    }
    size = path.stat().st_size
    move = stage.teller.upload(f"{clip} {size / 1e6:.1f} MB", size)
    cut_at = int(size * CUT_AT) if cut else None
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with Phone(stage.line.base_url, stage.token(who)) as phone:
                report = phone.upload(
                    path, client_id, metadata, lambda done, _size: move(done), cut_at
                )
        except (httpx.TransportError, OSError, UploadFailedError) as error:
            if isinstance(error, UploadFailedError) and not error.is_passing:
                raise
            if time.monotonic() > deadline:
                raise StoryError(f"{clip}: nobody answers") from error
            time.sleep(PAUSE_S)
            continue
        stage.clips[clip] = report.clip_id
        kept_at = f"/ingest/v1/clips/{stage.id(clip)}"
        kept = stage.sees(who, kept_at, bool, f"{clip} is kept")
        expect(kept["sha256"] == report.sha256, f"{clip}: the server has other bytes")
        if cut:
            expect(bool(report.resumed_from), f"{clip}: nothing was kept of what was sent before")
        return report
