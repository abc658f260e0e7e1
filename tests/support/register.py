"""Lets identity tell everybody of people and units, without the ceremony of their accounts."""

from uuid import uuid4

from common.auth import Requester
from contracts.identity import AccountOpened, Role, UnitRegistered
from tests.support.house import House
from tests.support.said import say


async def introduce(h: House, *people: Requester) -> None:
    """Announce these people's units and accounts, and let every service hear of them."""
    units = {(one.agency_id, one.unit_id) for one in people if one.unit_id}
    await say(
        h,
        *(UnitRegistered(agency_id=agency_id, unit_id=unit_id) for agency_id, unit_id in units),
        *(opened(one) for one in people),
    )


def opened(one: Requester) -> AccountOpened:
    return AccountOpened(
        agency_id=one.agency_id,
        account_id=one.subject,
        unit_id=one.unit_id,
        roles=tuple(map(Role, sorted(one.roles))),
        opened_by=uuid4(),
    )
