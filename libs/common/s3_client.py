"""The MinIO SDK with one error for "not there now", and a way to put only what is the first."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final
from xml.etree import ElementTree as ET

from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError
from typing_extensions import override
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from common.objects import StoreAwayError

BUSY: Final = frozenset(
    {"SlowDown", "SlowDownWrite", "SlowDownRead", "ServiceUnavailable", "InternalError"}
    | {"RequestTimeout", "ConditionalRequestConflict", "OperationAborted", "ServerNotInitialized"}
)
"""Answers of S3 that mean: the same again, later."""


class OtherAnswersError(StoreAwayError):
    """Something answers that is not the store: a proxy's page, in whatever status and coding.

    It says nothing of what the store has; least of all that a film is missing.
    """


class Client(Minio):
    """The SDK, telling absence from refusal."""

    def say(
        self,
        method: str,
        bucket: str,
        key: str,
        query: dict[str, str],
        *,
        body: bytes | None = None,
        headers: dict[str, Any] | None = None,
    ) -> BaseHTTPResponse:
        """A request that the SDK has no public word for."""
        return self._execute(method, bucket, key, body, headers, {**query})

    def ask(self, bucket: str, key: str | None, query: dict[str, str], told: str) -> ET.Element:
        """The answer to a GET, for what the SDK reads too strictly or not at all.

        `told` must be in it: a page that is well-formed too would list no film.
        """
        answer = self._execute("GET", bucket, key, query_params={**query})
        return expect_told(answer, told)

    @override
    def _execute(
        self, method: str, bucket_name: str | None = None, *args: Any, **more: Any
    ) -> BaseHTTPResponse:
        with noticing_absence():
            return super()._execute(method, bucket_name, *args, **more)


class FirstOnly(Client):
    """Makes a name's first object or none, whoever else tries at the same moment."""

    @override
    def _execute(
        self,
        method: str,
        bucket_name: str | None = None,
        object_name: str | None = None,
        body: bytes | None = None,
        headers: dict[str, Any] | None = None,
        query_params: dict[str, Any] | None = None,
        **more: Any,
    ) -> BaseHTTPResponse:
        query = query_params or {}
        is_whole = method == "PUT" and not query
        completes = method == "POST" and "uploadId" in query
        if is_whole or completes:
            headers = {**(headers or {}), "If-None-Match": "*"}
        return super()._execute(
            method, bucket_name, object_name, body, headers, query_params, **more
        )


@contextmanager
def noticing_absence() -> Generator[None]:
    try:
        yield
    except (HTTPError, ServerError) as error:
        raise StoreAwayError from error
    except (InvalidResponseError, UnicodeDecodeError, ET.ParseError) as error:
        raise OtherAnswersError from error
    except S3Error as error:
        if error.code in BUSY:
            raise StoreAwayError from error
        if not error.code:  # XML, but none of S3's
            raise OtherAnswersError from error
        raise


def expect_told(answer: BaseHTTPResponse, told: str) -> ET.Element:
    """What S3 says, if it is called so or has an element of this name.

    Servers differ in what they call a lock and a hold, not in what is in them.

    Raises:
        OtherAnswersError: it is something else.
    """
    with noticing_absence():
        # Some send white space before, to keep the line open while they put parts together.
        root = ET.fromstring(answer.data.strip())  # noqa: S314 - of the store that holds everything
    if told not in {element.tag.rpartition("}")[2] for element in (root, *root)}:
        raise OtherAnswersError
    return root


def text(element: ET.Element, name: str) -> str:
    """A child's text; answers come with and without S3's name space."""
    return element.findtext(f"{{*}}{name}") or ""
