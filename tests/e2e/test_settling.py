"""Tests step the product's loops: what they see is the end only if nothing is left to do."""

from uuid import uuid4

from tests.support.house import House
from tests.support.packs import activated
from tests.support.said import say


async def test_a_settled_house_has_nothing_left_to_do_also_before_the_one_who_spoke(h: House):
    # Ingest stands before checklist: it hears of a pack only in the round after checklist spoke.
    await say(h, activated(uuid4()))
    services = h.app.state.apps.values()
    steps = [step for service in services for step in service.state.steps.values()]
    assert not any([await step(0) for step in steps])
