"""The services of a stack: a process, a database, two roles and its own variables for each."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from liuhen.services import SERVICES
from tools.engines.cache import EngineError
from tools.engines.postgres import Postgres
from tools.engines.server import HERE, Server, free_ports
from tools.stack.engines import Buckets, Engines

FROM_OUTSIDE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")
"""What a service's process gets from ours; everything else it is told by its own variables."""


LIUHEN: Final = (sys.executable, "-m", "liuhen")
ALONE: Final = "audit"
"""A log has one writer."""


@dataclass(frozen=True)
class Service:
    """One service, not started yet."""

    name: str
    ports: Sequence[int]
    """One for each replica."""
    owner_url: str
    """Its database as the role that owns the tables: for `migrate` alone."""
    role: str
    """The role of `serve`, which owns nothing."""
    variables: Sequence[Mapping[str, str]]
    """The settings of each replica, and those of no other service."""

    def servers(self, folder: Path) -> list[Server]:
        """A process for each replica; the first bears the service's name."""
        names = [self.name, *(f"{self.name}-{number}" for number in range(2, len(self.ports) + 1))]
        return [
            Server(
                name,
                [*LIUHEN, "serve", self.name, "--port", str(port)],
                folder / f"{name}.log",
                partial(_is_ready, port),
                env={**_inherited(), **variables},
            )
            for name, port, variables in zip(names, self.ports, self.variables, strict=True)
        ]

    def migrate(self) -> None:
        """Bring the database to its newest schema, as its owner.

        Raises:
            EngineError: it could not; says why.
        """
        as_owner = {**self.variables[0], f"{_prefix(self.name)}DATABASE_URL": self.owner_url}
        run(["migrate", self.name, "--role", self.role], as_owner)


def services(folder: Path, engines: Engines, replicas: int) -> list[Service]:
    """Every service of the product, with its database, roles and buckets made."""
    buckets = engines.make_buckets()
    counts = {name: 1 if name == ALONE else replicas for name in SERVICES}
    free = iter(free_ports(sum(counts.values())))
    ports = {name: list(islice(free, count)) for name, count in counts.items()}
    return [_service(name, folder, engines, buckets, ports) for name in SERVICES]


def _is_ready(port: int) -> bool:
    try:
        url = f"http://{HERE}:{port}/readyz"
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.TransportError:
        return False


def run(words: list[str], variables: Mapping[str, str]) -> None:
    """Run one of the product's own commands to its end.

    Raises:
        EngineError: it refused; says why.
    """
    done = subprocess.run(  # noqa: S603 - our own command
        [*LIUHEN, *words],
        env={**_inherited(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"liuhen {' '.join(words)}: {done.stderr}")


def _service(
    name: str,
    folder: Path,
    engines: Engines,
    buckets: Buckets,
    ports: Mapping[str, Sequence[int]],
) -> Service:
    owner, role = f"{name}_owner", name
    owner_url = _role(engines.postgres, name, owner)
    engines.postgres.run(f"CREATE DATABASE {name} OWNER {owner}")
    keys = f"http://{HERE}:{ports['identity'][0]}/identity/.well-known/jwks.json"
    places = {
        "database_url": _role(engines.postgres, name, role),
        "bus_url": engines.kafka.url,
        "jwks_url": keys,
        "keys_dir": str(folder / name / "keys"),
        "exports_dir": str(folder / name / "exports"),
        "objects_url": buckets.originals.get(name, ""),
        "bundles_url": buckets.bundles.get(name, ""),
        "lock_mode": "compliance",
        "replicas": json.dumps([f"http://{HERE}:{port}" for port in ports[name]]),
    }
    variables = [
        _variables(name, {**places, **_own(folder / name, replica)})
        for replica in range(len(ports[name]))
    ]
    return Service(name, ports[name], owner_url, role, variables)


def _own(folder: Path, replica: int) -> Mapping[str, str]:
    """What no two replicas share."""
    return {"replica": str(replica), "spool_dir": str(folder / f"spool-{replica}")}


def _variables(name: str, said: Mapping[str, str]) -> Mapping[str, str]:
    """The settings among what could be said to any service."""
    fields = SERVICES[name].settings.model_fields
    return {
        f"{_prefix(name)}{field.upper()}": value for field, value in said.items() if field in fields
    }


def _role(postgres: Postgres, database: str, role: str, *rights: str) -> str:
    """Make a role that may sign in, and return the database's address for it."""
    password = uuid4().hex
    postgres.run(f"CREATE ROLE {role} LOGIN {' '.join(rights)} PASSWORD '{password}'")
    return postgres.url(database, role, password)


def _prefix(name: str) -> str:
    return f"LIUHEN_{name.upper()}_"


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in FROM_OUTSIDE if name in os.environ}
