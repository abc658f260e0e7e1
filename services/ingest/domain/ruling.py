"""Which packs rule a clip where its device's clock leaves open on which day it was recorded. Pure.

Source: ADR 0007; what must be done about a clip is never computed from a device's time alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from contracts.ingest import IndexField
from ingest.domain.clocks import Clocks
from ingest.domain.duties import Standing, State, standings
from ingest.domain.law import IngestRules, legal_day

NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Ruling:
    """A pack that says something of what ingest does."""

    pack: str
    sha256: str
    rules: IngestRules


@dataclass(frozen=True)
class Ruled:
    """How a duty stands, and by which pack."""

    ruling: Ruling
    standing: Standing


def demanded(rulings: Iterable[Ruling]) -> frozenset[IndexField]:
    """Every field that some pack wants a clip to be filed under."""
    return frozenset(field for one in rulings for field in one.rules.demanded)


def standings_by(rulings: Sequence[Ruling], clocks: Clocks, now: datetime) -> Sequence[Ruled]:
    """How every duty stands that may hold.

    Where it is open which pack ruled, the duties of each of them hold, because to do them all is
    right by every one; of two versions of an article the one that is harder to do.
    """
    found: dict[str, Ruled] = {}
    for ruling in rulings:
        for stand in standings(ruling.rules, clocks, now):
            known = found.get(stand.duty.id)
            if known is None or _hardness(stand) < _hardness(known.standing):
                found[stand.duty.id] = Ruled(ruling, stand)
    if len(rulings) <= 1:
        return list(found.values())
    return [replace(one, standing=_doubted(one.standing, clocks)) for one in found.values()]


def _hardness(stand: Standing) -> tuple[datetime, bool, bool]:
    """Lower is harder: what ends first, and then what is not done yet, or cannot be judged."""
    return stand.due_at or NEVER, not stand.is_open, stand.state is State.MET


def _doubted(stand: Standing, clocks: Clocks) -> Standing:
    over = clocks.over()
    first, last = legal_day(over.earliest), legal_day(over.latest)
    doubt = (
        f"按设备时钟不能确定录制结束于 {first} 至 {last} 之间的哪一日，"
        "其间适用的规范包不止一个，各包的规定一并从严适用。"
    )
    return replace(stand, why=stand.why + doubt)
