"""A service that cannot keep what it promises does not start, and says why in one sentence."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.engines import s3
from tools.engines.server import HERE, free_ports


def serve_ingest(data: Path, objects_url: str, **more: str) -> str:
    """What a refused start says, all of it."""
    variables = {
        "LIUHEN_INGEST_DATABASE_URL": f"sqlite:///{data}/ingest.db",
        "LIUHEN_INGEST_BUS_URL": f"sqlite:///{data}/bus.db",
        "LIUHEN_INGEST_JWKS_URL": (data / "jwks.json").as_uri(),
        "LIUHEN_INGEST_SPOOL_DIR": str(data / "spool"),
        "LIUHEN_INGEST_OBJECTS_URL": objects_url,
        "PATH": "/usr/bin",
        "PYTHONPATH": ":".join(sys.path),
    }
    for verb in ("migrate", "serve"):
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "liuhen", verb, "ingest"],
            env=variables | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == (0 if verb == "migrate" else 2), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    said = serve_ingest(tmp_path, f"s3://key:secret@{HERE}:{port}/originals")
    assert said == f"the bucket originals at {HERE}:{port} cannot be reached: nobody answers"


def test_an_address_that_is_none(tmp_path: Path) -> None:
    assert "s3://KEY:SECRET@HOST:PORT/BUCKET" in serve_ingest(tmp_path, "minio:9000")


@pytest.mark.parametrize(
    ("name", "why"), [("versitygw", "a lock can be shortened or weakened"), ("folder", "software")]
)
def test_compliance_is_not_promised_where_a_lock_does_not_hold(
    tmp_path: Path, s3_server: Callable[[str], s3.Store], name: str, why: str
) -> None:
    is_folder = name == "folder"
    url = (tmp_path / "objects").as_uri() if is_folder else s3_server(name).new_bucket()
    said = serve_ingest(tmp_path, url, LIUHEN_INGEST_LOCK_MODE="compliance")
    assert said.startswith("compliance mode (LIUHEN_INGEST_LOCK_MODE) needs a store that enforces")
    assert why in said
