"""An export killed at any moment is built in the end, once, and is never half there."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from tests.support.clock import FrozenClock
from tests.support.house import house, settle
from tests.support.said import said
from tests.support.showing import CLIP, COLLEAGUE, V1, granted_copy, set_up

ROOT = Path(__file__).parents[2]


def kill_at_every_moment(data: Path) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "tests.support.kill_exports", str(data)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603 - our own interpreter
    return [json.loads(line) for line in ended.stdout.splitlines()]


async def test_an_exporter_killed_at_any_moment_leaves_no_half_folder(tmp_path: Path) -> None:
    async with house(tmp_path, FrozenClock()) as h:
        await set_up(h)
        request = await granted_copy(h)
        steps = h.app.state.apps["access"].state.steps
        exporter = steps.pop("exporter")
        body = {"key": str(uuid4()), "proves": "证明现场情况"}
        asked = await h.done(COLLEAGUE, "POST", f"{request}/exports", body)
        export_id = asked["export_id"]
        waiting = await h.done(COLLEAGUE, "GET", f"{V1}/exports/{export_id}")
        assert (waiting["state"], waiting["folder"]) == ("building", None)

        runs = kill_at_every_moment(tmp_path)

        steps["exporter"] = exporter
        await settle(h.app)
        built = await h.done(COLLEAGUE, "GET", f"{V1}/exports/{export_id}")
        announced = said(h, "access").count("access.export.built.v1")

    *killed, last = runs
    assert [run["status"] for run in killed] == [signal.SIGKILL] * len(killed)
    assert len(killed) > 20
    assert all(run["folders"] in ({}, {export_id: True}) for run in runs)
    assert {} in [run["folders"] for run in killed]
    assert last == {"status": 0, "folders": {export_id: True}}
    assert (built["state"], announced) == ("built", 1)
    assert f"originals/{CLIP}.mp4" in [file["path"] for file in built["files"]]
    assert list((tmp_path / "exports" / "incoming").iterdir()) == []
