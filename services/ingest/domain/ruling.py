"""Which packs rule a clip where its device's clock leaves open on which day it was recorded. Pure.

Source: ADR 0007; what must be done about a clip is never computed from a device's time alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.ingest import IndexField
from ingest.domain.clocks import Clocks
from ingest.domain.duties import Standing, State, span, standings
from ingest.domain.law import IngestRules, legal_day

NEVER: Final = datetime.max.replace(tzinfo=UTC)
NOT_LATE: Final = timedelta(0)
NOT_LATE_BY_ALL: Final = "按其间可能适用的其他规定并未逾期，不能判定是否逾期，请核实录制结束时刻。"


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


def standings_by(
    rulings: Sequence[Ruling | None], clocks: Clocks, now: datetime
) -> Sequence[Ruled]:
    """How every duty stands that may hold. None among the rulings: perhaps no law says anything.

    Where it is open which pack ruled, the duties of each of them hold, because to do them all is
    right by every one; of two versions of an article the one that is harder to do. Late is only
    what is so whichever of them ruled.
    """
    by_each = [standings(one.rules, clocks, now) if one else () for one in rulings]
    found: dict[str, Ruled] = {}
    for place, ruling in enumerate(rulings):
        if ruling is None:
            continue
        others = [*by_each[:place], *by_each[place + 1 :]]
        for alone in by_each[place]:
            stand = _agreed(ruling, alone, others)
            known = found.get(stand.duty.id)
            if known is None or _hardness(stand) < _hardness(known.standing):
                found[stand.duty.id] = Ruled(ruling, stand)
    if len(rulings) <= 1:
        return list(found.values())
    doubt = _doubt(rulings, clocks)
    return [
        replace(one, standing=replace(one.standing, why=one.standing.why + doubt))
        for one in found.values()
    ]


def _agreed(ruling: Ruling, stand: Standing, others: Sequence[Sequence[Standing]]) -> Standing:
    """How a duty stands if every other pack that may have ruled is asked for the same act.

    By the others it may be done, due later, or not asked for at all: then nobody can say that it is
    late. Where all agree that it is, it is by as much as it is by each of them.
    """
    alike = [
        [one for one in other if one.duty.act == stand.duty.act and _can_be_late(one)]
        for other in others
    ]
    if not others or not _can_be_late(stand):
        return stand
    if not all(alike):
        return _in_doubt(ruling, replace(stand, is_disputed=True))
    ends = [min(_latest(one) for one in other) for other in alike]
    stand = replace(stand, due_latest_at=max(_latest(stand), *ends))
    lates = [max(one.late or NOT_LATE for one in other) for other in alike]
    late = min(stand.late or NOT_LATE, *lates)
    if stand.late is None or late == stand.late:
        return stand
    if not late:
        return _in_doubt(ruling, stand)
    why = f"{_if_it_rules(ruling)}{stand.why}按其间可能适用的各规范包，至少已逾期{span(late)}。"
    return replace(stand, late=late, why=why)


def _in_doubt(ruling: Ruling, stand: Standing) -> Standing:
    """As it stands where it is late by its own pack, but not by every one that may have ruled."""
    if stand.late is None:
        return stand
    why = f"{_if_it_rules(ruling)}{stand.why}{NOT_LATE_BY_ALL}"
    if stand.state is State.FAILED:
        return replace(stand, late=None, why=why)
    warn_at = (stand.due_at or NEVER) - ruling.rules.warn.before
    return replace(
        stand, state=State.UNJUDGED, is_between=True, late=None, warn_at=warn_at, why=why
    )


def _can_be_late(stand: Standing) -> bool:
    return stand.late is not None or stand.is_open or stand.state is State.FAILED


def _latest(stand: Standing) -> datetime:
    return stand.due_latest_at or stand.due_at or NEVER


def _if_it_rules(ruling: Ruling) -> str:
    return f"如适用规范包 {ruling.pack}："


def _hardness(stand: Standing) -> tuple[int, datetime]:
    """Lower is harder: what is not done, then what was not met or judged, then what ends first."""
    settled = {State.MET: 2, State.DOES_NOT_APPLY: 3}
    return 0 if stand.is_open else settled.get(stand.state, 1), stand.due_at or NEVER


def _doubt(rulings: Sequence[Ruling | None], clocks: Clocks) -> str:
    """Between which days it is open, and what may have ruled on them."""
    over = clocks.over()
    first, last = legal_day(over.earliest), legal_day(over.latest)
    said = ["其间适用的规范包不止一个，各包的规定一并从严适用"] * (
        len([*filter(None, rulings)]) > 1
    )
    said += ["其间有的日子可能没有规定此事的规范包"] * (None in rulings)
    return f"按设备时钟不能确定录制结束于 {first} 至 {last} 之间的哪一日，{'；'.join(said)}。"
