"""The README's way to a verdict: each route is there and open to whom it names, and nobody else."""

import re
from uuid import uuid4

import pytest

from contracts.identity import Role
from tests.support.docks import ROOT
from tests.support.house import House
from tests.support.people import person

ROW = re.compile(r"^\| ([a-z_, ]+) \| `([A-Z]+) (/[^`]+)` \|", re.MULTILINE)
ROUTES = 9


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
async def test_each_step_is_for_the_roles_that_are_named(h: House, readme: str) -> None:
    rows = ROW.findall((ROOT / readme).read_text(encoding="utf-8"))
    assert len(rows) == ROUTES
    for roles, method, route in rows:
        path = re.sub(r"\{[a-z_]+_id\}", lambda _: str(uuid4()), route)
        path = path.replace("{milestone}", "began")
        let_in = set[str]()
        for role in Role:
            answer = await h.call(person(role, agency_id=uuid4()), method, path, {})
            problem = answer.json()["code"]
            assert problem not in {"common.http-404", "common.http-405"}, route
            if problem != "common.not-for-role":
                let_in.add(role)
        assert let_in == set(roles.split(", ")), route
