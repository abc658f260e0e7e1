"""Administrators reach their own agency and those below it, and nobody else's."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.identity import Level, Role
from tests.support.offices import Offices, account_body, agency_body, told
from tests.support.people import person
from tests.support.said import of_type, said


@dataclass(frozen=True)
class Province:
    """Two counties under a city under the province, each county with an administrator."""

    offices: Offices
    city: UUID
    east: UUID
    west: UUID
    root: str
    east_admin: str


@pytest.fixture
async def province(offices: Offices) -> Province:
    root = await offices.token()
    city = await offices.agency(root, offices.root_id, Level.CITY)
    east = await offices.agency(root, city, Level.COUNTY)
    west = await offices.agency(root, city, Level.COUNTY)
    await offices.account(root, east, "east", Role.ADMINISTRATOR)
    return Province(offices, city, east, west, root, await offices.token("east"))


def refusals(p: Province) -> list[tuple[str, str, str]]:
    """What was refused, to whose agency, about whose thing."""
    return [
        (event["code"], event["requester_agency_id"], event["agency_id"])
        for event in of_type(p.offices.house, "identity.request.refused.v1")
    ]


async def agency_under(p: Province, id_: UUID) -> httpx.Response:
    body = agency_body(id_, Level.AGENCY)
    return await p.offices.call(p.east_admin, "PUT", f"/v1/agencies/{uuid4()}", body)


async def unit_of(p: Province, id_: UUID) -> httpx.Response:
    body = {"agency_id": str(id_), "name": "执法一科"}
    return await p.offices.call(p.east_admin, "PUT", f"/v1/units/{uuid4()}", body)


async def account_of(p: Province, id_: UUID) -> httpx.Response:
    body = account_body(id_, "x", Role.OFFICER)
    return await p.offices.call(p.east_admin, "PUT", f"/v1/accounts/{uuid4()}", body)


async def test_an_administrator_works_at_home_and_below(province: Province) -> None:
    p = province
    below = await p.offices.agency(p.east_admin, p.east, Level.AGENCY)
    await p.offices.account(p.east_admin, below, "wang", Role.OFFICER, Role.CUSTODIAN)
    answer = await p.offices.call(p.east_admin, "GET", f"/v1/accounts?agency_id={below}")
    (wang,) = answer.json()["items"]
    assert (wang["username"], wang["roles"]) == ("wang", ["custodian", "officer"])
    assert refusals(p) == []


async def test_no_agency_makes_its_own_supervisor(province: Province) -> None:
    p = province
    body = account_body(p.east, "jiandu", Role.SUPERVISOR)
    answer = await p.offices.call(p.east_admin, "PUT", f"/v1/accounts/{uuid4()}", body)
    assert told(answer) == (403, "identity.supervisor-reserved")
    assert [code for code, *_ in refusals(p)] == ["identity.supervisor-reserved"]
    answer = await p.offices.call(p.root, "PUT", f"/v1/accounts/{uuid4()}", body)
    assert answer.is_success


async def test_beside_and_above_nothing_exists_and_asking_is_on_record(
    province: Province,
) -> None:
    p = province
    other = await p.offices.account(p.root, p.west, "zhao", Role.OFFICER)
    for ask in (agency_under, unit_of, account_of):
        answers = [await ask(p, id_) for id_ in (p.west, p.city, p.offices.root_id, uuid4())]
        assert {told(answer) for answer in answers} == {(404, "identity.agency-unknown")}
        assert len({answer.content for answer in answers}) == 1
    for id_ in (other, uuid4()):
        answer = await p.offices.call(p.east_admin, "POST", f"/v1/accounts/{id_}/disable")
        assert told(answer) == (404, "identity.account-unknown")
    answer = await p.offices.call(p.east_admin, "GET", f"/v1/accounts?agency_id={p.west}")
    assert told(answer) == (404, "identity.agency-unknown")
    east, west = str(p.east), str(p.west)
    found = refusals(p)
    assert len(found) == 15
    assert found.count(("identity.agency-unknown", east, west)) == 4
    assert ("identity.account-unknown", east, west) in found
    assert (await p.offices.sign_in("zhao")).status_code == 201


async def test_the_list_of_agencies_ends_at_ones_own(province: Province) -> None:
    p = province
    below = await p.offices.agency(p.east_admin, p.east, Level.AGENCY)
    own = (await p.offices.call(p.east_admin, "GET", "/v1/agencies")).json()
    assert {UUID(item["agency_id"]) for item in own["items"]} == {p.east, below}
    assert own["next"] is None


async def test_a_long_list_comes_in_pages_without_loss(province: Province) -> None:
    p = province
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await p.offices.call(p.root, "GET", f"/v1/agencies?limit=1{cursor}")).json()
        pages += [item["agency_id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert len(pages) == 4
    assert set(pages) == {str(id_) for id_ in (p.offices.root_id, p.city, p.east, p.west)}


async def test_only_administrators_administer(province: Province) -> None:
    p = province
    others = [role for role in Role if role is not Role.ADMINISTRATOR]
    for role in others:
        who = p.offices.house.signer.headers(person(role, agency_id=p.east))
        body = agency_body(p.east, Level.AGENCY)
        answer = await p.offices.house.client.put(
            f"/identity/v1/agencies/{uuid4()}", headers=who, json=body
        )
        assert told(answer) == (403, "common.not-for-role"), role
    assert refusals(p) == [("common.not-for-role", str(p.east), str(p.east))] * len(others)


async def test_the_same_again_changes_nothing_and_something_else_is_refused(
    province: Province,
) -> None:
    p = province
    agency, unit, account = uuid4(), uuid4(), uuid4()
    puts: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (f"/v1/agencies/{agency}", agency_body(p.east, Level.AGENCY), {"name": "别的"}),
        (f"/v1/units/{unit}", {"agency_id": str(agency), "name": "执法一科"}, {"name": "二科"}),
        (
            f"/v1/accounts/{account}",
            account_body(agency, "li", Role.OFFICER) | {"unit_id": str(unit)},
            {"password": "another password"},
        ),
    ]
    for path, body, change in puts:
        first = await p.offices.call(p.root, "PUT", path, body)
        again = await p.offices.call(p.root, "PUT", path, body)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert again.content == first.content
        other = await p.offices.call(p.root, "PUT", path, body | change)
        assert told(other) == (409, "identity.id-taken")
    types = said(p.offices.house, "identity")
    assert types.count("identity.agency.registered.v1") == 5
    assert types.count("identity.unit.registered.v1") == 1
    assert types.count("identity.account.opened.v1") == 3


async def test_an_id_of_another_agency_is_taken_and_its_password_cannot_be_tried(
    province: Province,
) -> None:
    p = province
    account, body = uuid4(), account_body(p.west, "zhao", Role.OFFICER)
    await p.offices.call(p.root, "PUT", f"/v1/accounts/{account}", body)
    tries = [body, body | {"password": "another password"}]
    answers = [
        await p.offices.call(p.east_admin, "PUT", f"/v1/accounts/{account}", one) for one in tries
    ]
    assert [told(answer) for answer in answers] == [(404, "identity.agency-unknown")] * 2
    at_home = body | {"agency_id": str(p.east)}
    answer = await p.offices.call(p.east_admin, "PUT", f"/v1/accounts/{account}", at_home)
    assert told(answer) == (409, "identity.id-taken")


IMPOSSIBLE: Final[list[tuple[dict[str, Any], int, str]]] = [
    ({"username": "EAST"}, 409, "identity.username-taken"),
    ({"password": "short"}, 422, "identity.password-weak"),
    ({"username": "a-long-name", "password": "A-LONG-NAME"}, 422, "identity.password-weak"),
    ({"roles": ["lawyer", "officer"]}, 422, "identity.roles-wrong"),
    ({"bound_to": [str(uuid4())]}, 422, "identity.roles-wrong"),
    ({"unit_id": str(uuid4())}, 404, "identity.unit-unknown"),
    ({"roles": []}, 422, "common.invalid"),
    ({"roles": ["officer", "officer"]}, 422, "common.invalid"),
    ({"roles": ["emperor"]}, 422, "common.invalid"),
    ({"name": "张\n三"}, 422, "common.invalid"),
    ({"superuser": True}, 422, "common.invalid"),
]


async def test_an_account_that_cannot_be_is_refused(province: Province) -> None:
    for change, status, code in IMPOSSIBLE:
        body = account_body(province.east, "li", Role.OFFICER) | change
        path = f"/v1/accounts/{uuid4()}"
        answer = await province.offices.call(province.root, "PUT", path, body)
        assert told(answer) == (status, code), change


async def test_a_county_does_not_stand_under_a_county(province: Province) -> None:
    body = agency_body(province.east, Level.COUNTY)
    answer = await province.offices.call(province.root, "PUT", f"/v1/agencies/{uuid4()}", body)
    assert told(answer) == (422, "identity.level-wrong")


async def test_a_unit_serves_its_own_agency_only(province: Province) -> None:
    p, unit = province, uuid4()
    await p.offices.call(
        p.root, "PUT", f"/v1/units/{unit}", {"agency_id": str(p.west), "name": "执法一科"}
    )
    body = account_body(p.east, "li", Role.OFFICER) | {"unit_id": str(unit)}
    answer = await p.offices.call(p.east_admin, "PUT", f"/v1/accounts/{uuid4()}", body)
    assert told(answer) == (404, "identity.unit-unknown")
    assert refusals(p)[-1] == ("identity.unit-unknown", str(p.east), str(p.west))


async def test_a_lawyers_token_says_what_the_account_is_bound_to(province: Province) -> None:
    p, case_id = province, str(uuid4())
    body = account_body(p.east, "lawyer", Role.LAWYER) | {"bound_to": [case_id]}
    await p.offices.call(p.root, "PUT", f"/v1/accounts/{uuid4()}", body)
    token = await p.offices.token("lawyer")
    assert (await p.offices.call(token, "GET", "/v1/me")).json()["bound_to"] == [case_id]
    assert told(await p.offices.call(token, "GET", "/v1/agencies")) == (403, "common.not-for-role")


async def test_nobody_disables_themselves_and_disabling_twice_is_once(
    province: Province,
) -> None:
    p = province
    me = (await p.offices.call(p.root, "GET", "/v1/me")).json()["account_id"]
    answer = await p.offices.call(p.root, "POST", f"/v1/accounts/{me}/disable")
    assert told(answer) == (403, "identity.own-account")
    li = await p.offices.account(p.root, p.east, "li", Role.OFFICER)
    for _ in range(2):
        answer = await p.offices.call(p.root, "POST", f"/v1/accounts/{li}/disable")
        assert answer.status_code == 204
    types = said(p.offices.house, "identity")
    assert types.count("identity.account.disabled.v1") == 1
