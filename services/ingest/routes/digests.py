"""Digests as they stand in requests and answers (RFC 9530): of a film, and of a request's bytes."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers

from ingest.domain.upload import Checksum, Upload, UploadState
from ingest.errors import ChecksumAlgorithmError, HeaderInvalidError

SPOKEN: Final = {"sha-256": ("sha256", 32), "sha-512": ("sha512", 64)}
"""By their names in headers: what they are called elsewhere, and the bytes of a digest."""
_MEMBER: Final = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;[ -~]*)?")


def of_film(headers: Headers) -> str | None:
    """The SHA-256 of the whole film as `Repr-Digest` says it, if it does.

    Raises:
        HeaderInvalidError: the header is odd.
        ChecksumAlgorithmError: it says other digests only, which nothing here can compare.
    """
    said = headers.get("repr-digest")
    if said is None:
        return None
    digest = _read("Repr-Digest", said).get("sha-256")
    if digest is None:
        raise ChecksumAlgorithmError(algorithms=["sha-256"])
    return digest.hex()


def of_content(headers: Headers) -> Checksum | None:
    """What `Content-Digest` says of the request's own bytes, if it does.

    Raises:
        HeaderInvalidError: the header is odd.
        ChecksumAlgorithmError: it says digests only that nothing here can compare.
    """
    said = headers.get("content-digest")
    if said is None:
        return None
    digests = _read("Content-Digest", said)
    for name, (algorithm, _) in SPOKEN.items():
        if name in digests:
            return Checksum(algorithm, digests[name])
    raise ChecksumAlgorithmError(algorithms=list(SPOKEN))


def said(upload: Upload) -> dict[str, str]:
    """What an answer says of a film's digest: of a kept one what it is, by our own reading.

    While its client has not said it, that it should (RFC 9530, 4).
    """
    headers = {"Want-Repr-Digest": "sha-256=10"} if upload.awaits_digest else {}
    if upload.state is UploadState.STORED and upload.kept_as:
        value = b64encode(bytes.fromhex(upload.kept_as)).decode()
        headers["Repr-Digest"] = f"sha-256=:{value}:"
    return headers


def _read(header: str, value: str) -> Mapping[str, bytes]:
    """The digests of a header, of the algorithms that are spoken here (RFC 9651, 3.2, 3.3.5)."""
    digests: dict[str, bytes] = {}
    for member in value.split(","):
        found = _MEMBER.fullmatch(member.strip(" \t"))
        if found is None:
            raise HeaderInvalidError(header=header)
        name, encoded = found.groups()
        if name not in SPOKEN:
            continue
        try:
            digests[name] = b64decode(encoded, validate=True)
        except ValueError as error:
            raise HeaderInvalidError(header=header) from error
        if len(digests[name]) != SPOKEN[name][1]:
            raise HeaderInvalidError(header=header)
    return digests
