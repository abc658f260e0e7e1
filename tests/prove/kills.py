"""Kill -9 at random moments of the whole story: nothing is lost, nothing is doubled."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from liuhen.demo.story import CHAPTERS
from tests.support.tale import Told, tell

KILLS: Final = 200
PER_STORY: Final = 25
SEED: Final = 1


def prove(time_s: float) -> str:
    """Tell the story over and over, up to 25 kills in each, until 200 kills or time is up."""
    ends_at = time.monotonic() + time_s
    killed = stories = 0
    with TemporaryDirectory(prefix="liuhen-kills-") as folder:
        calm = _checked(tell(Path(folder) / "calm", SEED, kills=0), "calm", None)
        while stories == 0 or (killed < KILLS and time.monotonic() < ends_at):
            seed = SEED + stories
            told = tell(Path(folder) / f"killed-{stories}", seed, min(PER_STORY, KILLS - killed))
            _checked(told, f"seed {seed}", calm)
            killed, stories = killed + told.kills, stories + 1
    return (
        f"{killed} of {KILLS} kills in {stories} stories, seeds {SEED} to {SEED + stories - 1}: "
        f"0 events lost, 0 doubled, every story told to its end"
    )


def _checked(told: Told, name: str, calm: Told | None) -> Told:
    failed = [outcome.detail for outcome in told.outcomes if outcome.result != "ok"]
    assert not failed, f"{name}: {failed}"
    assert len(told.outcomes) == len(CHAPTERS), f"{name}: the story stopped"
    assert not told.faults, f"{name}: {told.faults[:5]}"
    assert calm is None or told.kinds == calm.kinds, f"{name}: {told.kinds} but {calm.kinds}"
    return told
