"""What a stack is made of: the engines, a process per service, and one gateway before them."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.engines import kafka, postgres, s3
from tools.engines.server import Server, listens

BUCKETS: Final = ("originals", "bundles")


@dataclass(frozen=True)
class Engines:
    """The servers that the product stands on."""

    kafka: kafka.Cluster
    postgres: postgres.Postgres
    s3: s3.Store

    def servers(self) -> list[Server]:
        return [self.postgres.server, self.s3.server, *(it.server for it in self.kafka.brokers)]


def engines(folder: Path, brokers: int) -> Engines:
    """Prepare the engines with their data in `folder`."""
    return Engines(
        kafka.cluster(folder / "kafka", brokers),
        postgres.postgres(folder / "postgres"),
        s3.minio(folder / "minio"),
    )


@dataclass(frozen=True)
class Service:
    """One service's process, and the roles of its database."""

    name: str
    port: int
    owner_url: str
    """Of the role that migrates."""
    env: Mapping[str, str]
    """Its variables, and those of no other service."""

    def server(self, folder: Path) -> Server:
        return Server(
            self.name,
            [sys.executable, "-m", "liuhen", "serve", self.name, "--port", str(self.port)],
            folder / f"{self.name}.log",
            lambda: listens(self.port),
            env=self.env,
        )
