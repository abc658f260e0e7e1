"""Whether a proxy collects bodies shows before the first film is cut, with a real nginx."""

import time
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from common.clock import SystemClock
from contracts.identity import Role
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tools.engines import nginx
from tools.engines.server import HERE, free_ports

OFFICER, STRANGER = (person(Role.OFFICER, agency_id=uuid4()) for _ in range(2))
HALF = b"half" * 16 * 1024
"""More than a proxy's own small buffer, and together less than any form may be."""
PATIENCE_S = 5.0


@pytest.fixture
def receiver(tmp_path: Path) -> Generator[Receiver]:
    Signer.open(tmp_path, SystemClock())
    with Receiver(tmp_path) as running:
        yield running


@pytest.fixture
def proxied(receiver: Receiver, tmp_path: Path, request: pytest.FixtureRequest) -> Generator[str]:
    """The address of a proxy before the receiver, which collects bodies or does not."""
    (port,), address = free_ports(1), "{}:{}".format(*receiver.address)
    server = nginx.nginx(tmp_path / "nginx", port, {"ingest": [address]})
    config = tmp_path / "nginx" / "nginx.conf"
    told = f"proxy_request_buffering {request.param}; client_body_buffer_size 1m;"
    config.write_text(config.read_text().replace("proxy_request_buffering off;", told))
    server.start()
    yield f"http://{HERE}:{port}"
    server.stop()


def came_halfway(base_url: str, data: Path) -> tuple[int, int]:
    """Send half a body, ask over another connection what has come, and send the rest."""
    path = f"/ingest/v1/proxy-trials/{uuid4()}"
    headers = Signer.open(data, SystemClock()).headers(OFFICER)
    seen = 0

    def body() -> Generator[bytes]:
        nonlocal seen
        yield HALF
        until = time.monotonic() + PATIENCE_S
        with httpx.Client(base_url=base_url, headers=headers) as other:
            while seen == 0 and time.monotonic() < until:
                answer = other.get(path)
                seen = answer.json()["came_bytes"] if answer.is_success else 0
        yield HALF

    sent = headers | {"content-length": str(2 * len(HALF))}
    answer = httpx.put(f"{base_url}{path}", headers=sent, content=body(), timeout=30)
    assert answer.status_code == 200, answer.text
    return seen, answer.json()["came_bytes"]


@pytest.mark.parametrize(
    ("proxied", "is_seen"), [("off", True), ("on", False)], indirect=["proxied"]
)
def test_a_proxy_that_collects_bodies_is_told_from_one_that_does_not(
    receiver: Receiver, proxied: str, *, is_seen: bool
) -> None:
    seen, came = came_halfway(proxied, receiver.data)
    assert (seen > 0, came) == (is_seen, 2 * len(HALF))


def test_a_trial_is_its_own_person_s_alone_and_leaves_nothing(receiver: Receiver) -> None:
    seen, came = came_halfway(receiver.base_url, receiver.data)
    assert (seen > 0, came) == (True, 2 * len(HALF))
    path = f"{receiver.base_url}/ingest/v1/proxy-trials/{uuid4()}"
    over = httpx.get(path, headers=Signer.open(receiver.data, SystemClock()).headers(STRANGER))
    assert (over.status_code, over.json()["code"]) == (404, "ingest.trial-unknown")
    assert httpx.put(path, content=b"x").status_code == 401
    assert list((receiver.data / "spool").iterdir()) == []
