"""The first minutes of an installation: what it tells, its first administrator, what it refuses."""

import os
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

import httpx
import typer

from contracts.identity import Level
from liuhen.door import Door
from liuhen.standalone import DEMO_MARK

PRODUCTION: Final = "production"
SETUP_CODE: Final = Path("keys") / "setup.code"
"""Made by identity with a new installation and gone once used; only its owner can read it."""


class Agency(NamedTuple):
    """The topmost agency of an installation."""

    name: str
    level: Level
    division: str


class ProductionError(Exception):
    """`LIUHEN_ENVIRONMENT=production` refuses this."""


class SetupError(Exception):
    """The first administrator could not be made; says why."""


def is_production() -> bool:
    """Whether this installation is for real use.

    Raises:
        ProductionError: the variable says neither; a misspelling must not switch the refusals off.
    """
    said = os.environ.get("LIUHEN_ENVIRONMENT", "development")
    if said not in {PRODUCTION, "development"}:
        raise ProductionError(f"LIUHEN_ENVIRONMENT is {said}: say production or development")
    return said == PRODUCTION


def refuse_in_production(data: Path) -> None:
    """Raise `ProductionError` for a folder whose accounts are made up and publicly known."""
    if is_production() and (data / DEMO_MARK).exists():
        raise ProductionError(f"{data} holds the demo's accounts: not in production")


def announce(data: Path, door: Door) -> None:
    """Say where the product listens and, while there is none, how an administrator is made."""
    typer.echo(f"Liuhen 留痕 listens on {door.url}, data in {data}")
    if (data / SETUP_CODE).exists():
        typer.echo(
            "No administrator yet. In another terminal (in a checkout: ./dev admin …):\n"
            f"  liuhen admin NAME --agency 机构名称 --division 行政区划代码 "
            f"--data {data} --url {door.url}"
        )


def make_first_administrator(
    data: Path, url: str, username: str, password: str, agency: Agency
) -> None:
    """Make the topmost agency and its administrator.

    Raises:
        SetupError: there is one already, or the product refuses or cannot be reached.
    """
    try:
        code = (data / SETUP_CODE).read_text().strip()
    except FileNotFoundError as error:
        raise SetupError(
            "there is an administrator already (or --data is not the folder)"
        ) from error
    body = {
        "setup_code": code,
        "username": username,
        "password": password,
        "name": username,
        "agency": {
            "agency_id": str(uuid4()),
            "name": agency.name,
            "level": agency.level,
            "division": agency.division,
        },
    }
    try:
        answer = httpx.post(f"{url}/identity/v1/setup", json=body)
    except httpx.TransportError as error:
        raise SetupError(f"nothing answers at {url}: is `liuhen up` running?") from error
    if not answer.is_success:
        problem = answer.json()
        fields = "; ".join(
            f"{it['where'][-1]}: {it['message']}" for it in problem.get("fields", [])
        )
        said = " ".join(filter(None, (problem["title"], problem.get("detail"), fields)))
        raise SetupError(f"{said} ({problem['code']})")
