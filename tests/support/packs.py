"""Lets two people put a pack into force, without the ceremony of their accounts."""

from datetime import date
from typing import Final
from uuid import UUID, uuid4

from common.packs import Pack
from contracts.checklist import PackActivated

S1: Final = "s1-gaoxin-yingji"
S2: Final = "s2-zezhou-yingji"


def activated(
    agency_id: UUID, pack: str = S1, valid_from: date = date(2026, 1, 1), id_: UUID | None = None
) -> PackActivated:
    """As checklist announces it, with the digest of the pack as it is shipped."""
    return PackActivated(
        agency_id=agency_id,
        activation_id=id_ or uuid4(),
        pack=pack,
        sha256=Pack.shipped(pack).sha256,
        valid_from=valid_from,
        proposed_by=uuid4(),
        confirmed_by=uuid4(),
    )
