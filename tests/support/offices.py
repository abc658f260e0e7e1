"""An installation with a tree of agencies and people who sign in with passwords."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from contracts.identity import Level, Role
from tests.support.house import House

PASSWORD: Final = "correct horse battery"  # noqa: S105 - opens nothing but tests
ROOT_ADMIN: Final = "root"


@dataclass(frozen=True)
class Offices:
    """The installation, set up, and how people use it."""

    house: House
    root_id: UUID

    @classmethod
    async def open(cls, house: House) -> "Offices":
        root_id = uuid4()
        answer = await house.call(None, "POST", "/identity/v1/setup", setup_body(house, root_id))
        assert answer.status_code == 201, answer.text
        return cls(house, root_id)

    async def call(
        self, token: str | None, method: str, path: str, json: object = None
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.house.call(None, method, f"/identity{path}", json, headers=headers)

    async def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        body = {"username": username, "password": password}
        return await self.call(None, "POST", "/v1/sessions", body)

    async def token(self, username: str = ROOT_ADMIN) -> str:
        return (await self.sign_in(username)).json()["access_token"]

    async def agency(self, token: str, parent_id: UUID, level: Level) -> UUID:
        agency_id = uuid4()
        body = agency_body(parent_id, level)
        answer = await self.call(token, "PUT", f"/v1/agencies/{agency_id}", body)
        assert answer.status_code == 201, answer.text
        return agency_id

    async def account(self, token: str, agency_id: UUID, username: str, *roles: Role) -> UUID:
        account_id = uuid4()
        body = account_body(agency_id, username, *roles)
        answer = await self.call(token, "PUT", f"/v1/accounts/{account_id}", body)
        assert answer.status_code == 201, answer.text
        return account_id


def setup_body(house: House, root_id: UUID) -> dict[str, Any]:
    return {
        "setup_code": (house.data / "keys" / "setup.code").read_text().strip(),
        "username": ROOT_ADMIN,
        "password": PASSWORD,
        "name": "省厅管理员",
        "agency": {
            "agency_id": str(root_id),
            "name": "省应急管理厅",
            "level": "province",
            "division": "140000",
        },
    }


def agency_body(parent_id: UUID, level: Level, name: str = "泽州县应急管理局") -> dict[str, Any]:
    return {"name": name, "parent_id": str(parent_id), "level": level, "division": "140525"}


def account_body(agency_id: UUID, username: str, *roles: Role) -> dict[str, Any]:
    return {
        "agency_id": str(agency_id),
        "unit_id": None,
        "username": username,
        "password": PASSWORD,
        "name": "张三",
        "cert_no": None,
        "roles": list(roles),
        "bound_to": [],
    }


def told(answer: httpx.Response) -> tuple[int, str]:
    """What a problem document says."""
    return answer.status_code, answer.json()["code"]
