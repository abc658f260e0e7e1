"""Plays the story of the demo against a product that may be killed under it."""

import random
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from liuhen.demo.run import Product, staged
from liuhen.demo.story import CHAPTERS, Outcome, play
from liuhen.demo.telling import Silent
from liuhen.standalone import DEMO_MARK
from tests.support import books
from tests.support.victim import Victim


@dataclass(frozen=True)
class Told:
    """What came of one telling."""

    outcomes: list[Outcome]
    kills: int
    faults: list[str]
    kinds: Counter[str]


def tell(folder: Path, seed: int, kills: int) -> Told:
    """Tell the whole story once, with up to `kills` kills at moments that `seed` decides."""
    data, films = folder / "data", folder / "films"
    data.mkdir(parents=True)
    films.mkdir()
    (data / DEMO_MARK).touch()
    read = books.on_one_box(data)
    victim = Victim(data)
    victim.start()
    outcomes: list[Outcome] = []
    product = Product.on_one_box(victim.address, data)
    worker = threading.Thread(target=play_all, args=(product, films, outcomes))
    worker.start()
    try:
        victim.torment(random.Random(seed), kills, worker)  # noqa: S311 - dice, not a secret
        worker.join()
        books.until_at_rest(read)
    finally:
        victim.stop()
    faults = books.faults(read) + books.damaged_objects(data / "objects")
    return Told(outcomes, victim.kills, faults, books.kinds(read))


def play_all(product: Product, films: Path, outcomes: list[Outcome]) -> None:
    """Play chapter after chapter, up to the first that fails, and tell how each ended."""
    with staged(product, films, Silent()) as stage:
        for chapter in CHAPTERS:
            outcomes.append(play(chapter, stage))
            if outcomes[-1].result != "ok":
                return
