"""A recording as a duty looks at it, and readings of its device's clock."""

from datetime import datetime, timedelta
from uuid import uuid4

from common.auth import Requester
from ingest.domain.clocks import Clocks, Told
from ingest.domain.device_clocks import Estimate
from ingest.domain.index import index_of
from tests.support.clock import FrozenClock
from tests.support.house import House

MS = timedelta(milliseconds=1)


def recorded(
    end: datetime,
    told_at: datetime,
    stored: datetime | None = None,
    device: Estimate | None = None,
) -> Clocks:
    """One that ended then by its device, of which nothing else was said."""
    return Clocks(
        recorded_end=Told(end, None, told_at),
        exported=None,
        stored=stored and Told(stored, None, stored),
        designated=None,
        handed_over=None,
        returns=[],
        index=index_of({}, told_at, stored, []),
        device=device,
    )


def off(by: timedelta, error: timedelta, *, is_doubtful: bool = False) -> Estimate:
    """A clock that is ahead by so much, give or take the error."""
    return Estimate(by // MS, error // MS, None, None, is_doubtful=is_doubtful, was_set=False)


async def read_clock(h: House, clock: FrozenClock, ahead: timedelta, who: Requester) -> None:
    """The device's clock is read at once; it tells whole minutes."""
    body = {
        "key": str(uuid4()),
        "device_no": "执法仪-0017",
        "device_time": (clock.now() + ahead).isoformat(),
        "round_trip_ms": 0,
        "resolution_ms": 60_000,
    }
    await h.done(who, "POST", "/ingest/v1/device-clocks", body)
