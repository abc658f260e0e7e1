"""Whoever works in an agency may know the names behind its ids, and nothing more of anybody."""

from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.identity import Level, Role
from tests.support.offices import Offices


async def named(offices: Offices, token: str, *ids: UUID) -> httpx.Response:
    query = urlencode([("account_id", str(it)) for it in ids])
    return await offices.call(token, "GET", f"/v1/colleagues?{query}")


@pytest.fixture
async def root(offices: Offices) -> str:
    return await offices.token()


async def test_an_officer_learns_the_names_of_her_own_agencys_staff_only(
    offices: Offices, root: str
) -> None:
    city = await offices.agency(root, offices.root_id, Level.CITY)
    county = await offices.agency(root, city, Level.COUNTY)
    zhang = await offices.account(root, county, "zhang", Role.OFFICER)
    li = await offices.account(root, county, "li", Role.LEADER)
    elsewhere = await offices.account(root, city, "wang", Role.OFFICER)
    token = await offices.token("zhang")
    answer = await named(offices, token, zhang, li, elsewhere, uuid4())
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert {it["account_id"] for it in items} == {str(zhang), str(li)}
    assert all(it.keys() == {"account_id", "name", "unit_id"} for it in items)


async def test_a_colleague_who_left_is_still_named(offices: Offices, root: str) -> None:
    county = await offices.agency(root, offices.root_id, Level.CITY)
    await offices.account(root, county, "zhang", Role.OFFICER)
    gone = await offices.account(root, county, "li", Role.OFFICER)
    assert (await offices.call(root, "POST", f"/v1/accounts/{gone}/disable")).is_success
    (item,) = (await named(offices, await offices.token("zhang"), gone)).json()["items"]
    assert item["name"]


async def test_nobody_or_too_many_cannot_be_named(offices: Offices, root: str) -> None:
    assert (await named(offices, root)).status_code == 422
    assert (await named(offices, root, *(uuid4() for _ in range(101)))).status_code == 422
