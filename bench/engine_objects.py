"""How fast a large film reaches MinIO through our store of objects, against bare part PUTs."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final
from xml.etree import ElementTree as ET

from minio import Minio
from urllib3 import PoolManager

from bench.figures import Figure
from common.clock import SystemClock
from common.s3_sending import AT_ONCE, part_bytes
from common.stores import open_objects
from tools.engines import s3
from tools.engines.server import HERE
from tools.stack.engines import Engines

RUNS: Final = 5
FILM_BYTES: Final = 256 * 2**20
GIB: Final = 2**30


def measure(its: Engines) -> Sequence[Figure]:
    """Both send the same file in parts of the same size, as many at once, in turns."""
    url = its.s3.new_bucket()
    objects = open_objects(url, SystemClock())
    bare = _Bare(its, url.rpartition("/")[2])
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    with TemporaryDirectory() as place:
        film = Path(place) / "film"
        for run in range(RUNS + 1):
            content = os.urandom(FILM_BYTES)
            film.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            del content
            begun = perf_counter(), process_time()
            objects.adopt(film, digest)
            our = perf_counter() - begun[0], process_time() - begun[1]
            begun = perf_counter(), process_time()
            bare.put(film, f"bare/{digest}")
            if run:  # the first makes the connections
                ours.append(our)
                theirs.append((perf_counter() - begun[0], process_time() - begun[1]))
    mib, gib = FILM_BYTES / 2**20, FILM_BYTES / GIB
    against = "presigned PUTs of the same parts, as many at once, and nothing else"
    return [
        Figure(
            name="engines.put",
            unit="MiB/s",
            runs=[mib / took for took, _ in ours],
            against=against,
            baseline=[mib / took for took, _ in theirs],
            limit="the store, which takes digests of all and shares the processors with us",
        ),
        Figure(
            name="engines.put_cpu",
            unit="CPU s/GiB of the sending process",
            runs=[cpu / gib for _, cpu in ours],
            is_more_better=False,
            against=against,
            baseline=[cpu / gib for _, cpu in theirs],
            limit="copies between the file, this process and the socket",
        ),
    ]


class _Bare:
    """The least that puts a film into a bucket in parts: no list, no look at what is there."""

    def __init__(self, its: Engines, bucket: str) -> None:
        self._client = Minio(
            endpoint=f"{HERE}:{its.s3.port}",
            access_key=s3.USER,
            secret_key=its.s3.password,
            secure=False,
            region="us-east-1",
        )
        self._bucket = bucket
        self._pool = PoolManager(maxsize=AT_ONCE)

    def put(self, film: Path, key: str) -> None:
        size = part_bytes(FILM_BYTES)
        begun = ET.fromstring(self._ask("POST", key, {"uploads": ""})[1])  # noqa: S314 - our own
        upload = {"uploadId": begun.findtext("{*}UploadId") or ""}
        with film.open("rb") as file, ThreadPoolExecutor(AT_ONCE) as threads:

            def send(number: int) -> str:
                part = os.pread(file.fileno(), size, (number - 1) * size)
                return self._ask("PUT", key, upload | {"partNumber": str(number)}, part)[0]

            etags = list(threads.map(send, range(1, -(-FILM_BYTES // size) + 1)))
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        self._ask("POST", key, upload, body)

    def _ask(
        self, method: str, key: str, query: dict[str, str], body: bytes = b""
    ) -> tuple[str, bytes]:
        """The ETag and the body of an answer."""
        url = self._client.get_presigned_url(
            method, self._bucket, key, extra_query_params={**query}
        )
        answer = self._pool.request(method, url, body=body)
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(answer.data)
        return answer.headers.get("ETag", ""), answer.data
