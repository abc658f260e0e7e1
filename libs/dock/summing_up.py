"""A receipt is made of a plan and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dock.card import Card, sayable
from dock.claims import Claim
from dock.kinds import is_no_recording
from dock.plan import Plan
from dock.pushing import Outcome, problems
from dock.receipt import ClaimOut, FileOut, GapOut, LeftOut, Receipt, State
from dock.server import Account


@dataclass(frozen=True)
class Occasion:
    """Who pushed which card to where."""

    server: str
    account: Account
    card_name: str
    manifest_sha256: str | None
    began_at: datetime


def sum_up(
    occasion: Occasion,
    plan: Plan,
    outcomes: Sequence[Outcome],
    cards: tuple[Card, Card],
    verified_at: datetime,
    untold: Sequence[str] = (),
) -> Receipt:
    """The receipt of a push; `cards` is the card as it was before it and as it is after it.

    It may be wiped if every film is stored as the server itself says, and nothing else is odd,
    such as `untold`: what the server could not be told of the card.
    """
    odd = [*problems(plan, outcomes, *cards), *untold]
    all_kept = all(outcome.state is not State.FAILED for outcome in outcomes)
    return Receipt(
        server=occasion.server,
        account_id=occasion.account.account_id,
        agency_id=occasion.account.agency_id,
        card=occasion.card_name,
        manifest_sha256=occasion.manifest_sha256,
        began_at=occasion.began_at,
        verified_at=verified_at,
        may_be_wiped=all_kept and not odd,
        files=tuple(map(_file, outcomes)),
        gaps=tuple(
            GapOut(device_no=device, first=gap.first, last=gap.last)
            for device, found in plan.gaps.items()
            for gap in found
        ),
        not_taken=tuple(
            LeftOut(path=sayable(left.path), reason=left.reason) for left in cards[0].left
        ),
        problems=tuple(map(sayable, odd)),
    )


def _file(outcome: Outcome) -> FileOut:
    film = outcome.film
    return FileOut(
        path=sayable(film.found.path),
        size_bytes=film.found.size_bytes,
        state=outcome.state,
        sha256=outcome.sha256,
        client_id=outcome.client_id,
        clip_id=outcome.clip_id,
        original_id=outcome.original_id,
        device_no=film.device_no,
        file_no=film.file_no,
        carrier=film.carrier,
        filmed_by=film.filmed_by,
        recorded_start=_claim(film.when.start),
        recorded_end=_claim(film.when.end),
        claims=tuple(map(_claim, film.when.claims)),
        case_hint=film.entry.case_hint if film.entry else None,
        marks=film.entry.marks if film.entry else (),
        problem=outcome.problem,
        is_no_recording=is_no_recording(film.found.name),
    )


def _claim(claim: Claim) -> ClaimOut:
    return ClaimOut(at=claim.instant, origin=claim.origin)
