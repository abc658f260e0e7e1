"""The engines that a stack stands on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.engines import kafka, nginx, postgres, s3
from tools.engines.server import Server


@dataclass(frozen=True)
class Engines:
    """Kafka, PostgreSQL and MinIO, not started yet."""

    kafka: kafka.Cluster
    postgres: postgres.Postgres
    s3: s3.Store

    def servers(self) -> list[Server]:
        return [self.postgres.server, self.s3.server, *(it.server for it in self.kafka.brokers)]

    def make_buckets(self) -> "Buckets":
        """Make the buckets, and who may do what in them; once the store runs."""
        originals, bundles = self.s3.new_bucket(), self.s3.new_bucket()
        return Buckets(
            {"ingest": originals, "access": self.s3.reader("access", originals)},
            {"audit": bundles, "access": self.s3.reader("access", bundles)},
        )


@dataclass(frozen=True)
class Buckets:
    """By service, the addresses of what it may use: one fills a bucket, others read it."""

    originals: Mapping[str, str]
    bundles: Mapping[str, str]


def engines(folder: Path, brokers: int) -> Engines:
    """Prepare them with their data in `folder`."""
    return Engines(
        kafka.cluster(folder / "kafka", brokers),
        postgres.postgres(folder / "postgres"),
        s3.minio(folder / "minio"),
    )


def lacks() -> str | None:
    """Why a stack cannot stand here."""
    return "; ".join(filter(None, (kafka.lacks(), s3.lacks(), nginx.lacks()))) or None
