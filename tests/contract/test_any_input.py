"""Whatever is sent to whatever route, the answer is the route's own or a problem document.

Method: schemathesis makes requests out of each service's OpenAPI, right ones and wrong ones, and
sends them to the running product as somebody with every role, as an outsider, and as nobody.
"""

# schemathesis leaves the types of what it makes open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeArgument=false, reportAttributeAccessIssue=false

from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.transport import Response

from common.clock import SystemClock
from contracts.identity import Role
from liuhen.demo.run import running
from liuhen.services import SERVICES
from tests.support.people import Signer, person

EXAMPLES = 12
"""Requests per route and person; `./dev prove properties` runs them with ever new seeds."""
AGENCY, ELSEWHERE = UUID(int=1), UUID(int=2)
STAFF = person(*Role, agency_id=AGENCY, unit_id=AGENCY)
OUTSIDER = person(Role.LAWYER, agency_id=ELSEWHERE)
NOT_HTTP = "Invalid HTTP request received."
"""What the server's parser says to bytes that are no request; none of our code is asked."""
SECRETS = ("Traceback", "sqlite", "site-packages", ".py", "PRIVATE KEY")


@dataclass(frozen=True)
class Product:
    """A running product and the people who may call it."""

    address: str
    signer: Signer

    def headers(self, who: str) -> dict[str, str]:
        people = {"staff": STAFF, "outsider": OUTSIDER}
        return self.signer.headers(people[who]) if who in people else {}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Product]:
    data: Path = tmp_path_factory.mktemp("data")
    with running(data, 0) as address:
        yield Product(address, Signer.open(data, SystemClock()))


@pytest.mark.parametrize("who", ["staff", "outsider", "nobody"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_route_survives_any_request(product: Product, service: str, who: str) -> None:
    schema = schemathesis.openapi.from_url(f"{product.address}/{service}/openapi.json")
    schema.config.update(base_url=f"{product.address}/{service}")
    headers = product.headers(who)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            database=None,
        )
        @given(case=operation.as_strategy())
        def fuzz(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            assert faults(answer) == [], (case.method, case.formatted_path, answer.text[:500])

        fuzz()


def faults(answer: Response) -> list[str]:
    """What an answer must not be."""
    found: list[str] = []
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found.append("a server error")
    if any(word in answer.text for word in SECRETS):
        found.append("tells about the inside")
    if answer.status_code >= HTTPStatus.BAD_REQUEST and answer.text not in {"", NOT_HTTP}:
        body = answer.json()
        if "application/problem+json" not in answer.headers["content-type"]:
            found.append("no problem document")
        elif not (body.get("code") and any("\u4e00" <= c <= "\u9fff" for c in body["title"])):
            found.append("no code or no Chinese title")
    return found
