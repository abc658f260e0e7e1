"""Objects of S3 that are sent in parts, several at once, out of a file and not out of memory."""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Final, cast
from xml.etree import ElementTree as ET

from minio.error import S3Error
from urllib3 import BaseHTTPResponse, PoolManager

from common.objects import PIECE_BYTES, ObjectDiffersError, StoreAwayError
from common.s3_client import FirstOnly, expect_told, noticing_absence, text

SIGNED_FOR: Final = timedelta(hours=1)
"""How long the address of one part is good: longer than its slowest sending."""
OK: Final = 200
SERVERS_FAULT: Final = 500


class Slice:
    """A part of a file, as the HTTP client reads a body: piece by piece, and again after a fault.

    By the file's descriptor and an offset of its own: several slices of one file are read at once.
    """

    def __init__(self, file: int, start: int, size_bytes: int) -> None:
        self._file = file
        self._start = start
        self.size_bytes = size_bytes
        self._done = 0

    def read(self, size: int = PIECE_BYTES) -> bytes:
        """Raise `ObjectDiffersError` if the file ends before the slice does."""
        left = self.size_bytes - self._done
        piece = os.pread(self._file, min(size, left), self._start + self._done)
        if left and not piece:
            raise ObjectDiffersError
        self._done += len(piece)
        return piece

    def tell(self) -> int:
        return self._done

    def seek(self, offset: int) -> int:
        self._done = offset
        return offset

    def md5(self) -> str:
        """As `Content-MD5` has it. Begins anew before and after."""
        digest = hashlib.md5(usedforsecurity=False)
        self.seek(0)
        while piece := self.read():
            digest.update(piece)
        self.seek(0)
        return base64.b64encode(digest.digest()).decode()


@dataclass(frozen=True)
class Begun:
    """An object that was begun to be sent in parts, and is not complete."""

    key: str
    upload_id: str
    begun_at: datetime


class Multipart:
    """A bucket's objects in parts. Every method may raise `StoreAwayError` and `S3Error`."""

    def __init__(self, client: FirstOnly, bucket: str, pool: PoolManager) -> None:
        self._client = client
        self._bucket = bucket
        self._pool = pool
        self.wants_md5 = False
        """Whether each part must come with its MD5, as S3 demands where a bucket locks by itself.
        """

    def begin(self, key: str) -> str:
        answer = self._client.say("POST", self._bucket, key, {"uploads": ""})
        return text(expect_told(answer, "InitiateMultipartUploadResult"), "UploadId")

    def send(self, key: str, upload_id: str, number: int, part: Slice) -> str:
        """Send part `number`, from 1, and return what the store calls it. Safe to repeat."""
        url = self._client.get_presigned_url(
            "PUT",
            self._bucket,
            key,
            expires=SIGNED_FOR,
            extra_query_params={"uploadId": upload_id, "partNumber": str(number)},
        )
        headers = {"Content-Length": str(part.size_bytes)}
        if self.wants_md5:
            headers["Content-MD5"] = part.md5()
        with noticing_absence():
            body = cast("BinaryIO", part)
            answer = self._pool.request("PUT", url, body=body, headers=headers)
            return etag(_expect_ok(answer).headers)

    def complete(self, key: str, upload_id: str, etags: Mapping[int, str]) -> None:
        """Put the parts together, unless the name is taken; S3 then refuses."""
        wanted = ET.Element("CompleteMultipartUpload")
        for number, etag in sorted(etags.items()):
            part = ET.SubElement(wanted, "Part")
            ET.SubElement(part, "PartNumber").text = str(number)
            ET.SubElement(part, "ETag").text = f'"{etag}"'
        body = ET.tostring(wanted)
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        headers = {
            "Content-Type": "application/xml",
            "Content-MD5": base64.b64encode(md5).decode(),
        }
        answer = self._client.say(
            "POST", self._bucket, key, {"uploadId": upload_id}, body=body, headers=headers
        )
        with noticing_absence():
            _expect_no_error(answer)
        expect_told(answer, "CompleteMultipartUploadResult")

    def abort(self, key: str, upload_id: str) -> None:
        """Let the store forget it. Safe to repeat."""
        try:
            self._client.say("DELETE", self._bucket, key, {"uploadId": upload_id})
        except S3Error as error:
            if error.code != "NoSuchUpload":
                raise

    def under_way(self, prefix: str) -> Iterator[Begun]:
        """What was begun under names that begin so. MinIO tells only of a whole name."""
        query = {"uploads": "", "prefix": prefix}
        while True:
            answer = self._client.ask(self._bucket, None, query, "ListMultipartUploadsResult")
            for it in answer.iterfind("{*}Upload"):
                begun_at = datetime.fromisoformat(text(it, "Initiated"))
                yield Begun(text(it, "Key"), text(it, "UploadId"), begun_at)
            if text(answer, "IsTruncated") != "true":
                return
            query["key-marker"] = text(answer, "NextKeyMarker")
            query["upload-id-marker"] = text(answer, "NextUploadIdMarker")


def _expect_ok(answer: BaseHTTPResponse) -> BaseHTTPResponse:
    if answer.status == OK:
        return answer
    if answer.status >= SERVERS_FAULT:  # perhaps not a word of S3's, but of a proxy before it
        raise StoreAwayError
    raise S3Error.fromxml(answer)


def _expect_no_error(answer: BaseHTTPResponse) -> None:
    """A store that takes long to put an object together says 200 before it knows."""
    if b"<Error" in answer.data:
        raise S3Error.fromxml(answer)


def etag(headers: Mapping[str, str]) -> str:
    """What the store calls what it took just now.

    Raises:
        StoreAwayError: it does not say; no S3 store answered.
    """
    said = headers.get("ETag", "").strip('"')
    if not said:
        raise StoreAwayError
    return said
