"""One S3 bucket by the MinIO SDK: with time limits, versions, and one error for "not there now"."""

import base64
import ssl
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, BinaryIO, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET

from minio.commonconfig import ENABLED, Filter
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, Rule
from minio.retention import Retention
from urllib3 import PoolManager, Retry, Timeout

from common.objects import PIECE_BYTES, StoreAwayError, StoreUnusableError
from common.s3_client import Client, FirstOnly, OtherAnswersError, noticing_absence, text
from common.s3_multipart import Multipart, etag

CONNECT_MAX_S: Final = 3.0
ANSWER_MAX_S: Final = 30.0
"""For the next byte of an answer; a store takes seconds to put a long object together."""
RETRIES: Final = 3
BACKOFF_S: Final = 0.2
CONNECTIONS: Final = 16
UNFINISHED_KEPT_DAYS: Final = 7
"""How long the store keeps parts of what was never put together, where it obeys such a rule."""
PLAIN, TLS = "s3", "s3+tls"
REGION: Final = "us-east-1"
"""What servers outside of Amazon take for their region unless told otherwise."""


@dataclass(frozen=True)
class Address:
    """Where a bucket is, and how the store knows us."""

    endpoint: str
    bucket: str
    key: str
    secret: str
    is_secure: bool
    region: str
    ca: str | None

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `s3://KEY:SECRET@HOST:PORT/BUCKET[?region=NAME]`, or `s3+tls://…[&ca=FILE]`.

        Raises:
            StoreUnusableError: it is none of these.
        """
        parts = urlsplit(url)
        who, _, endpoint = parts.netloc.rpartition("@")
        key, _, secret = who.partition(":")
        bucket = parts.path.strip("/")
        query = dict(parse_qsl(parts.query))
        if (
            parts.scheme not in {PLAIN, TLS}
            or not all((key, secret, endpoint, bucket))
            or "/" in bucket
            or query.keys() - {"region", "ca"}
        ):
            raise StoreUnusableError(
                "an object store's address is file:///FOLDER, s3://KEY:SECRET@HOST:PORT/BUCKET "
                "or s3+tls://…, with ?region=NAME or &ca=FILE where needed"
            )
        return cls(
            endpoint,
            bucket,
            unquote(key),
            unquote(secret),
            parts.scheme == TLS,
            query.get("region", REGION),
            query.get("ca"),
        )

    @property
    def place(self) -> str:
        """What may be told of it."""
        return f"the bucket {self.bucket} at {self.endpoint}"


@dataclass(frozen=True)
class Version:
    """One version under a name: bytes, or the mark that they were deleted."""

    key: str
    id: str
    size_bytes: int
    is_deletion: bool
    etag: str


@dataclass(frozen=True)
class VersionLock:
    """Until when a version may not be removed; `mode` says by whom not."""

    mode: str
    until: datetime


_FORGETTING: Final = LifecycleConfig(
    [
        Rule(
            ENABLED,
            rule_filter=Filter(prefix=""),
            rule_id="forget-what-was-never-put-together",
            abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(UNFINISHED_KEPT_DAYS),
        )
    ]
)


class Bucket:
    """What this product asks of a bucket.

    Every method may raise `StoreAwayError`, and `S3Error` where the store refuses.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._name = address.bucket
        tls = ssl.create_default_context(cafile=address.ca) if address.is_secure else None
        pool = PoolManager(
            maxsize=CONNECTIONS,
            blocksize=PIECE_BYTES,
            timeout=Timeout(connect=CONNECT_MAX_S, read=ANSWER_MAX_S),
            retries=Retry(
                RETRIES,
                read=1,
                redirect=0,
                backoff_factor=BACKOFF_S,
                backoff_jitter=BACKOFF_S,
                status_forcelist=(500, 502, 503, 504),
                allowed_methods=None,  # each of ours may be repeated
                raise_on_status=False,
            ),
            ssl_context=tls,
        )
        options: dict[str, Any] = {
            "access_key": address.key,
            "secret_key": address.secret,
            "secure": address.is_secure,
            "region": address.region,
            "http_client": pool,
        }
        try:
            self._client = Client(address.endpoint, **options)
            self._first = FirstOnly(address.endpoint, **options)
            self.multipart = Multipart(self._first, self._name, pool)
        except ValueError as error:
            raise StoreUnusableError(f"{address.place}: {error}") from error

    def make(self) -> None:
        """Make the bucket, with versions and Object Lock, unless there is one."""
        try:
            self._client.make_bucket(self._name, self.address.region, object_lock=True)
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise
        else:
            with suppress(S3Error):  # not every server knows such a rule; we clear up besides
                self._client.set_bucket_lifecycle(self._name, _FORGETTING)

    def keeps_versions(self) -> bool:
        told = "VersioningConfiguration"
        answer = self._client.ask(self._name, None, {"versioning": ""}, told)
        return text(answer, "Status") == "Enabled"

    def has_object_lock(self) -> bool:
        try:
            answer = self._client.ask(
                self._name, None, {"object-lock": ""}, "ObjectLockConfiguration"
            )
        except S3Error as error:
            if error.code != "ObjectLockConfigurationNotFoundError":
                raise
            return False
        self.multipart.wants_md5 = answer.find("{*}Rule") is not None
        return text(answer, "ObjectLockEnabled") == "Enabled"

    def versions(self, key: str) -> list[Version]:
        """Everything under this very name, the newest first."""
        found: list[Version] = []
        query = {"versions": "", "delimiter": "", "max-keys": "1000", "prefix": key}
        while True:
            answer = self._client.ask(self._name, None, query, "ListVersionsResult")
            found += [it for it in map(_version, answer) if it and it.key == key]
            if text(answer, "IsTruncated") != "true":
                return found
            query["key-marker"] = text(answer, "NextKeyMarker")
            query["version-id-marker"] = text(answer, "NextVersionIdMarker")

    def put_first(self, key: str, content: bytes, sha256: str) -> str:
        """Send a small object and return its ETag. S3 refuses it if the name is taken.

        With its checksum, which S3 compares, and demands of a bucket that locks by itself.
        """
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        answer = self._first.say(
            "PUT",
            self._name,
            key,
            {},
            body=content,
            headers={
                "Content-Type": "application/octet-stream",
                "x-amz-checksum-sha256": checksum,
            },
        )
        return etag(answer.headers)

    def put_over(self, key: str, stream: BinaryIO, size_bytes: int) -> None:
        """Send an object, whatever the name holds."""
        self._client.put_object(self._name, key, stream, size_bytes)

    def read(self, version: Version, start: int, length: int) -> Iterator[bytes]:
        """At least one byte of a version, in pieces."""
        response = self._client.get_object(
            self._name, version.key, offset=start, length=length, version_id=version.id
        )
        with closing(response), noticing_absence():
            if response.status != HTTPStatus.PARTIAL_CONTENT:  # a page, where bytes were asked for
                raise OtherAnswersError
            yield from response.stream(PIECE_BYTES)

    def remove(self, version: Version) -> None:
        self._client.remove_object(self._name, version.key, version.id)

    def remove_in_spite_of_governance(self, version: Version) -> None:
        """As its administrator may; a refusal is told by what is there afterwards."""
        wanted = [DeleteObject(version.key, version.id)]
        list(self._client.remove_objects(self._name, wanted, bypass_governance_mode=True))

    def lock(self, version: Version) -> VersionLock | None:
        try:
            answer = self._client.ask(
                self._name,
                version.key,
                {"versionId": version.id, "retention": ""},
                "RetainUntilDate",
            )
        except S3Error as error:
            if error.code != "NoSuchObjectLockConfiguration":
                raise
            return None
        # Not the SDK's own reading: it fails on the nine digits of Ceph's fractions of a second.
        until = datetime.fromisoformat(text(answer, "RetainUntilDate"))
        return VersionLock(text(answer, "Mode"), until)

    def set_lock(self, version: Version, lock: VersionLock) -> None:
        self._client.set_object_retention(
            self._name, version.key, Retention(lock.mode, lock.until), version.id
        )

    def is_held(self, version: Version) -> bool:
        try:
            answer = self._client.ask(
                self._name, version.key, {"versionId": version.id, "legal-hold": ""}, "Status"
            )
        except S3Error as error:
            if error.code != "NoSuchObjectLockConfiguration":
                raise
            return False
        return text(answer, "Status") == "ON"

    def set_hold(self, version: Version, *, on: bool) -> None:
        client = self._client
        change = client.enable_object_legal_hold if on else client.disable_object_legal_hold
        change(self._name, version.key, version.id)

    @contextmanager
    def explaining(self) -> Generator[None]:
        """Say in a sentence why a store cannot be started on.

        Raises:
            StoreUnusableError: there it is.
        """
        place = self.address.place
        try:
            yield
        except OtherAnswersError as error:
            raise StoreUnusableError(f"{place} cannot be used: no S3 store answers") from error
        except StoreAwayError as error:
            raise StoreUnusableError(f"{place} cannot be reached: nobody answers") from error
        except S3Error as error:
            said = f"{error.code}, {error.message}"
            raise StoreUnusableError(f"{place} cannot be used: the store says {said}") from error
        except MinioException as error:
            raise StoreUnusableError(f"{place} cannot be used: {error}") from error


def make_bucket(url: str) -> None:
    """Make the bucket of an address, for whoever sets up a store. Services never do.

    Raises:
        StoreUnusableError: says why it cannot be made.
    """
    bucket = Bucket(Address.of(url))
    with bucket.explaining():
        bucket.make()


def _version(element: ET.Element) -> Version | None:
    kind = element.tag.rpartition("}")[2]
    if kind not in {"Version", "DeleteMarker"}:
        return None
    size_bytes = int(text(element, "Size") or 0)
    return Version(
        text(element, "Key"),
        text(element, "VersionId"),
        size_bytes,
        kind == "DeleteMarker",
        text(element, "ETag").strip('"'),
    )
