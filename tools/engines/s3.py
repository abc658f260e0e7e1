"""Two S3 servers with Object Lock, built from their Go modules: MinIO, and versitygw beside it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from uuid import uuid4

from minio import Minio, MinioAdmin
from minio.credentials.providers import StaticProvider

from common.s3 import make_bucket
from tools.engines.cache import fetch, kept, lacking
from tools.engines.server import HERE, Server, free_ports

MODULES: Final = {
    "minio": "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c",
    "versitygw": "github.com/versity/versitygw/cmd/versitygw@v1.7.0",
}
USER: Final = "liuhen"


@dataclass(frozen=True)
class Store:
    """One S3 server."""

    server: Server
    port: int
    password: str

    @property
    def url(self) -> str:
        """Its address with its root's credentials, without a bucket."""
        return f"s3://{USER}:{self.password}@{HERE}:{self.port}"

    def new_bucket(self) -> str:
        """The address of a bucket that nobody else uses."""
        url = f"{self.url}/{uuid4().hex}"
        make_bucket(url)
        return url

    def new_bucket_without_lock(self) -> str:
        """The address of a bucket as it is made by whoever does not think of locks."""
        bucket = uuid4().hex
        client = Minio(f"{HERE}:{self.port}", USER, self.password, secure=False)
        client.make_bucket(bucket)
        return f"{self.url}/{bucket}"

    def reader(self, user: str, url: str) -> str:
        """The address of MinIO's bucket at `url` for a user who may read it and nothing else."""
        bucket = url.rpartition("/")[2]
        password = uuid4().hex
        admin = MinioAdmin(
            endpoint=f"{HERE}:{self.port}",
            credentials=StaticProvider(USER, self.password),
            secure=False,
        )
        name = f"{user}-{bucket}"
        admin.policy_add(  # pyright: ignore[reportUnknownMemberType] - half typed
            name,
            policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "s3:ListBucket",
                            "s3:ListBucketVersions",
                            "s3:GetBucketLocation",
                        ],
                        "Resource": [f"arn:aws:s3:::{bucket}"],
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                        "Resource": [f"arn:aws:s3:::{bucket}/*"],
                    },
                ],
            },
        )
        admin.user_add(name, password)
        admin.policy_set(name, user=name)
        return f"s3://{name}:{password}@{HERE}:{self.port}/{bucket}"


def lacks() -> str | None:
    """Why none of them can run here."""
    return lacking("go")


def version(name: str) -> str:
    """Which version is run, as its module names it."""
    return MODULES[name].partition("@")[2]


def program(name: str) -> Path:
    """The built program, built the first time."""
    return kept(f"{name}-{version(name)}", lambda folder: _build(name, folder)) / name


def minio(folder: Path) -> Store:
    """MinIO with its data in `folder`."""
    folder.mkdir(parents=True)
    (port,) = free_ports(1)
    password = uuid4().hex
    words = ["server", "--quiet", "--address", f"{HERE}:{port}", str(folder / "data")]
    secrets = {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": password}
    return _store("minio", words, secrets, folder, port, password)


def versitygw(folder: Path) -> Store:
    """Versitygw on the file system of `folder`."""
    root, versions = folder / "root", folder / "versions"
    root.mkdir(parents=True)
    versions.mkdir()
    (port,) = free_ports(1)
    password = uuid4().hex
    words = ["--port", f"{HERE}:{port}", "--quiet", "posix", "--versioning-dir", str(versions)]
    secrets = {"ROOT_ACCESS_KEY": USER, "ROOT_SECRET_KEY": password}
    return _store("versitygw", [*words, str(root)], secrets, folder, port, password)


STORES: Final[dict[str, Callable[[Path], Store]]] = {"minio": minio, "versitygw": versitygw}


def _store(
    name: str, words: list[str], secrets: dict[str, str], folder: Path, port: int, password: str
) -> Store:
    server = Server(
        name,
        [str(program(name)), *words],
        folder / f"{name}.log",
        lambda: _answers(port),
        env=os.environ | secrets,
    )
    return Store(server, port, password)


def _answers(port: int) -> bool:
    """Whether it serves: MinIO listens before it does, and lets the first requests hang."""
    client = HTTPConnection(HERE, port, timeout=1)
    try:
        client.request("GET", "/")
        return client.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        client.close()


def _build(name: str, folder: Path) -> None:
    fetch(["go", "install", MODULES[name]], os.environ | {"GOBIN": str(folder)})
