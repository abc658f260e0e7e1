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
    folder: Path

    def servers(self) -> list[Server]:
        return [self.postgres.server, self.s3.server, *(it.server for it in self.kafka.brokers)]

    def object_places(self) -> Mapping[str, str]:
        """The settings that say where objects are."""
        return {
            "objects_dir": str(self.folder / "objects"),
            "bundles_dir": str(self.folder / "bundles"),
        }


def engines(folder: Path, brokers: int) -> Engines:
    """Prepare them with their data in `folder`."""
    return Engines(
        kafka.cluster(folder / "kafka", brokers),
        postgres.postgres(folder / "postgres"),
        s3.minio(folder / "minio"),
        folder,
    )


def lacks() -> str | None:
    """Why a stack cannot stand here."""
    return "; ".join(filter(None, (kafka.lacks(), s3.lacks(), nginx.lacks()))) or None

