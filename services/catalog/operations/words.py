"""Whose words may be used: those of the lists that rule a case, as far as any does."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session

from catalog.domain import Case, Kind, Wording, nearest
from catalog.errors import WordUnknownError
from catalog.operations.context import Context
from common.rulebook import Activation
from contracts.checklist import PackActivated

PLACES: Final = {
    Kind.STAGE: ("body", "stage"),
    Kind.MILESTONE: ("path", "milestone"),
    Kind.CONDITION: ("path", "condition"),
    Kind.POINT: ("body", "point"),
}


def activate_pack(ctx: Context, session: Session, event: PackActivated) -> None:
    """Keep the pack: its words are the agency's from now on, beside those of earlier ones."""
    activation = Activation(
        event.activation_id, event.agency_id, event.pack, event.sha256, event.valid_from
    )
    ctx.rulebook.remember(session, activation)


def check_word(ctx: Context, session: Session, case: Case, kind: Kind, word: str) -> None:
    """Whether a list that rules the case knows the word; where none rules it, any may be used.

    All packs of the agency count, whichever rules today: an act is often recorded later, and the
    day it happened, which decides by which it is judged, is stated only afterwards.

    Raises:
        WordUnknownError: it is none of theirs.
    """
    ruling = [said for said in _wordings(ctx, session, case.agency_id) if said.rules(case.category)]
    terms = [term for wording in ruling for term in wording.terms(kind)]
    if ruling and word not in {term.word for term in terms}:
        offered = {term.word: term.label for term in nearest(word, terms)}
        raise WordUnknownError(*PLACES[kind], nearest=offered)


def _wordings(ctx: Context, session: Session, agency_id: UUID) -> Sequence[Wording]:
    """Those of the agency's packs; before it has any, of all that it may still put in force."""
    packs = ctx.rulebook.activated(session, agency_id) or ctx.library.shipped
    return [wording for pack in packs if (wording := ctx.library.wording(pack))]
