"""What compose starts, started here: its own words, variables, secrets and scripts on real engines.

Exchanged is only what containers bring: names of hosts, the disk's folder, the port.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest
from minio.error import S3Error

from common.s3 import Address, Bucket
from liuhen.services import SERVICES
from tests.support import manifests
from tests.support.manifests import Process
from tools.engines import kafka as kafkas
from tools.engines import nginx, s3
from tools.engines import postgres as postgreses
from tools.engines.server import HERE, Server, free_ports, start_all

SCRIPTS: Final = manifests.DEPLOY / "k8s" / "components" / "engines"
LIUHEN: Final = (sys.executable, "-m", "liuhen")
KEPT: Final = ("PATH", "HOME", "PYTHONPATH")


class Stage:
    """The compose file's processes on this machine."""

    def __init__(self, folder: Path, hosts: Mapping[str, str]) -> None:
        self._folder = folder
        self._hosts = hosts
        self.ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self.env_files = manifests.secrets("compose", folder / "secrets")
        read = manifests.compose_processes(manifests.compose(), self.env_files)
        self.processes = {process.name: process for process in read}

    def here(self, name: str, text: str) -> str:
        keys = f"http://{HERE}:{self.ports['identity']}"
        places = {"/var/lib/liuhen": str(self._folder / name), "http://identity:8080": keys}
        for there, here in {**self._hosts, **places}.items():
            text = text.replace(there, here)
        return text

    def variables(self, process: Process) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        told = process.variables.items()
        return kept | {name: self.here(process.name, value) for name, value in told}

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a job to its end."""
        process = self.processes[name]
        words = [*command, *process.words]
        done = subprocess.run(  # noqa: S603 - our own commands
            words, env=self.variables(process), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def server(self, name: str) -> Server:
        process, port = self.processes[name], self.ports[name]
        (self._folder / name).mkdir()
        exchanged = {"0.0.0.0": HERE, "8080": str(port)}  # noqa: S104 - what is exchanged
        return Server(
            name,
            [*LIUHEN, *(exchanged.get(word, word) for word in process.words)],
            self._folder / f"{name}.log",
            lambda: _is_ready(port),
            env=self.variables(process),
        )


@pytest.fixture(scope="module")
def stage(
    engines_dir: Path, kafka: kafkas.Cluster, s3_server: Callable[[str], s3.Store]
) -> Generator[Stage]:
    """Engines as the compose file sets them up, and every service on them."""
    folder = engines_dir / "deploy"
    folder.mkdir()
    # Of its own, because roles are a whole server's.
    database, store = postgreses.postgres(folder / "postgres"), s3_server("minio")
    started: list[Server] = [database.server]
    try:
        start_all(started)
        stage = Stage(
            folder,
            {
                "postgres:5432": f"{HERE}:{database.port}",
                "kafka://kafka:9092": f"{kafka.url}/?prefix=deploy.",
                "minio:9000": f"{HERE}:{store.port}",
            },
        )
        _make_roles(database, stage)
        buckets = stage.processes["buckets"]
        stage.processes["buckets"] = Process(
            "buckets", [], {**buckets.variables, "ROOT": store.url}
        )
        stage.run("buckets", [sys.executable, str(SCRIPTS / "buckets.py")])
        stage.run("buckets", [sys.executable, str(SCRIPTS / "buckets.py")])
        stage.run("topics", LIUHEN)
        for name in SERVICES:
            stage.run(f"migrate-{name}", LIUHEN)
        services = [stage.server(name) for name in SERVICES]
        started += services
        start_all(services)
        yield stage
    finally:
        for server in reversed(started):
            server.stop()


def test_composes_own_words_secrets_and_scripts_raise_every_service(stage: Stage) -> None:
    for name, port in stage.ports.items():
        answer = httpx.get(f"http://{HERE}:{port}/{name}/readyz", trust_env=False)
        assert answer.json()["status"] == "ready"


def test_a_services_role_gets_into_no_other_services_database(stage: Stage) -> None:
    variables = stage.variables(stage.processes["catalog"])
    url = variables["LIUHEN_CATALOG_DATABASE_URL"].replace("+psycopg", "")
    psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url.removesuffix("catalog") + "ingest")


def test_access_reads_the_buckets_of_others_and_writes_to_none(stage: Stage) -> None:
    variables = stage.variables(stage.processes["access"])
    for name in ("OBJECTS", "BUNDLES"):
        bucket = Bucket(Address.of(variables[f"LIUHEN_ACCESS_{name}_URL"]))
        assert bucket.versions("nothing") == []
        with (manifests.COMPOSE).open("rb") as file, pytest.raises(S3Error, match="AccessDenied"):
            bucket.put_over("x", file, 10)


def test_ingest_gets_into_no_bucket_of_audits(stage: Stage) -> None:
    variables = stage.variables(stage.processes["ingest"])
    url = variables["LIUHEN_INGEST_OBJECTS_URL"].replace("/originals", "/bundles")
    with pytest.raises(S3Error, match="AccessDenied"):
        Bucket(Address.of(url)).versions("nothing")


@pytest.mark.usefixtures("all_engines")
def test_nginx_takes_the_gateways_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "gateway.key", tmp_path / "gateway.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-subj", "/CN=x", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own command
    text = (manifests.COMPOSE.parent / "nginx.conf").read_text(encoding="utf-8")
    config = tmp_path / "nginx.conf"
    config.write_text(text.replace("/run/secrets", str(tmp_path)))
    words = [str(nginx.program()), "-t", "-p", str(tmp_path), "-c", str(config)]
    words += ["-e", str(tmp_path / "log"), "-g", f"pid {tmp_path / 'pid'};"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert "syntax is ok" in told.stderr, told.stderr


def _make_roles(database: postgreses.Postgres, stage: Stage) -> None:
    """Run roles.sh as PostgreSQL's image does."""
    lines = (stage.env_files / "postgres.env").read_text(encoding="utf-8").splitlines()
    where = {"PGHOST": HERE, "PGPORT": str(database.port), "PGPASSWORD": database.password}
    user = {"POSTGRES_USER": postgreses.USER, "PGDATABASE": "postgres"}
    path = {"PATH": f"{postgreses.programs()}:/usr/bin:/bin"}
    subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", "-e", str(SCRIPTS / "roles.sh")],
        env={**path, **where, **user, **dict(line.split("=", 1) for line in lines)},
        check=True,
    )


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{HERE}:{port}/readyz", trust_env=False, timeout=5).is_success
    except httpx.TransportError:
        return False
