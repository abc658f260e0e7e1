"""The story on a stack of processes, some of which are killed and started again meanwhile."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from liuhen.demo.run import Product
from liuhen.demo.story import CHAPTERS, Outcome
from liuhen.setup import SETUP_CODE
from tests.support import books
from tests.support.tale import play_all
from tools.engines.server import Server
from tools.stack.stack import Stack

EVERY_S = (0.5, 3.0)
"""How long the story goes on between two kills."""


@dataclass(frozen=True)
class Tormented:
    """What came of it."""

    kills: int
    wrong: Sequence[str]
    """Chapters that did not end as told, and what is wrong with the books; nothing, if all held."""


def torment(
    stack: Stack, films: Path, victims: Sequence[Server], *, seed: int, kills: int
) -> Tormented:
    """Tell the whole story while up to `kills` of `victims` are killed; then read the books."""
    product = Product(
        stack.address,
        stack.folder / "identity" / SETUP_CODE,
        stack.folder / "access" / "exports",
    )
    outcomes: list[Outcome] = []
    story = threading.Thread(target=play_all, args=(product, films, outcomes))
    story.start()
    dice = random.Random(seed)  # noqa: S311 - dice, not a secret
    killed = 0
    while killed < kills and story.is_alive():
        story.join(dice.uniform(*EVERY_S))
        victim = dice.choice(victims)
        victim.kill()
        victim.start()
        killed += 1
    story.join()
    wrong = [outcome.detail for outcome in outcomes if outcome.result != "ok"]
    wrong += [f"{len(outcomes)} of {len(CHAPTERS)} chapters"] * (len(outcomes) != len(CHAPTERS))
    read = books.on_postgres({service.name: service.owner_url for service in stack.services})
    books.until_at_rest(read)
    return Tormented(killed, wrong + books.faults(read))
