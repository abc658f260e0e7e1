"""The product is killed again and again during its whole job: nothing is lost or doubled.

Method: `liuhen up` in its own process, the demo's story against it, kill -9 at seeded moments.
"""

from pathlib import Path

from liuhen.demo.story import CHAPTERS
from tests.support.tale import tell

KILLS = 20
SEED = 20261121


def test_the_story_ends_the_same_whether_it_is_killed_or_not(tmp_path: Path) -> None:
    calm = tell(tmp_path / "calm", SEED, kills=0)
    assert [outcome.detail for outcome in calm.outcomes if outcome.result != "ok"] == []
    assert calm.faults == []

    killed, tellings = 0, 0
    while killed < KILLS:
        told = tell(tmp_path / f"killed-{tellings}", SEED + tellings, KILLS - killed)
        killed, tellings = killed + told.kills, tellings + 1
        assert [outcome.detail for outcome in told.outcomes if outcome.result != "ok"] == []
        assert len(told.outcomes) == len(CHAPTERS)
        assert told.faults == []
        assert told.kinds == calm.kinds
