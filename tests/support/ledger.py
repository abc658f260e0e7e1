"""The audit service alone on a bus, told by hand what the other services would announce."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import FastAPI

from audit.app import NAME, create_app
from audit.operations import Context
from audit.settings import Settings
from common.bus import Record, partition_of
from common.bus_embedded import EmbeddedBus
from common.clock import Clock
from common.db import Database
from common.events import Event
from contracts.access import ExportRequested
from contracts.ingest import Carrier, ClipStored
from contracts.topics import PARTITIONS
from tests.support import migrated
from tests.support.clock import FrozenClock

EPOCH: Final = str(UUID(int=7))
AGENCY, CLIP = UUID(int=1), UUID(int=2)


def stored(clip_id: UUID = CLIP, sha256: str = "ab" * 32, agency_id: UUID = AGENCY) -> ClipStored:
    return ClipStored(
        agency_id=agency_id,
        clip_id=clip_id,
        sha256=sha256,
        size_bytes=1,
        carrier=Carrier.BODY_CAMERA,
        recorded_start=datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
        recorded_end=datetime(2026, 1, 5, 8, 1, tzinfo=UTC),
        filmed_by=UUID(int=3),
        uploaded_by=UUID(int=3),
        unit_id=None,
    )


def export_requested(
    export_id: UUID, clip_id: UUID = CLIP, case_id: UUID | None = None
) -> ExportRequested:
    return ExportRequested(
        agency_id=AGENCY,
        export_id=export_id,
        request_id=UUID(int=4),
        clip_id=clip_id,
        case_id=case_id,
        requested_by=UUID(int=3),
    )


@dataclass
class Speaker:
    """Numbers and wraps events as the services' relays do."""

    clock: Clock
    numbers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def record(self, event: Event) -> Record:
        return self.wrap(event.type, str(event.subject), event.model_dump_json().encode())

    def wrap(self, type_: str, key: str, value: bytes, agency_id: UUID = AGENCY) -> Record:
        topic, _, _ = type_.partition(".")
        partition = partition_of(key, PARTITIONS[topic])
        self.numbers[topic, partition] += 1
        headers = {
            "content-type": "application/json",
            "ce_specversion": "1.0",
            "ce_id": str(uuid4()),
            "ce_source": f"urn:liuhen:{topic}",
            "ce_type": type_,
            "ce_time": self.clock.now().isoformat(),
            "ce_subject": key,
            "ce_agencyid": str(agency_id),
            "ce_producer": topic,
            "ce_epoch": EPOCH,
            "ce_sequence": str(self.numbers[topic, partition]),
        }
        return Record(topic, partition, key, headers, value)


@dataclass
class Ledger:
    """A running audit service."""

    app: FastAPI
    bus: EmbeddedBus
    speaker: Speaker

    @property
    def ctx(self) -> Context:
        return self.app.state.ctx

    async def hear(self, *said: Event | Record) -> None:
        """Have these said on the bus, and wait until audit is done with them."""
        records = [self.speaker.record(it) if isinstance(it, Event) else it for it in said]
        await self.bus.publish(records)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(100):
            if not any([await step(0) for step in self.app.state.steps.values()]):
                return
        raise AssertionError("the log does not come to rest")


def settings(data: Path, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    return Settings(
        database_url=f"sqlite:///{data}/audit.db",
        bus_url=f"sqlite:///{data}/bus.db",
        jwks_url=(data / "jwks.json").as_uri(),
        keys_dir=data / "keys",
        bundles_url=(data / "bundles").as_uri(),
        **more,
    )


@asynccontextmanager
async def ledger(
    data: Path,
    clock: FrozenClock,
    speaker: Speaker | None = None,
    **more: Any,  # noqa: ANN401 - any setting
) -> AsyncGenerator[Ledger]:
    """Start audit on what `data` holds; a second time on the same folder is a restart."""
    migrated.upgrade(data / "audit.db", NAME)
    bus = EmbeddedBus(Database(f"sqlite:///{data}/bus.db"))
    try:
        app = create_app(settings(data, **more), bus, clock)
    except BaseException:
        await bus.close()
        raise
    try:
        running = Ledger(app, bus, speaker or Speaker(clock))
        await running.settle()
        yield running
    finally:
        app.state.ctx.db.close()
        await bus.close()
