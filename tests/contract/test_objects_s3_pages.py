"""A proxy's page in front of the store is a store that is away, and never a film that is missing.

Method: a small HTTP server that says what S3 says of one kept film, until it is told to answer
everything with one page, as a proxy does whose store restarts or whose rules changed.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from common.clock import SystemClock
from common.objects import ObjectMissingError, Objects, StoreAwayError, StoreUnusableError
from common.objects_s3 import S3Objects
from tools.engines.server import HERE

FILM: Final = b"the bytes of a film"
DIGEST: Final = sha256(FILM).hexdigest()
KEY: Final = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
LARGE: Final = 17 * 1024**2
DAY: Final = timedelta(days=1)
SAID: Final = {
    "object-lock": "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
    "</ObjectLockConfiguration>",
    "versioning": "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    "versions": f"<ListVersionsResult><Version><Key>{KEY}</Key><VersionId>1</VersionId>"
    f"<Size>{len(FILM)}</Size></Version></ListVersionsResult>",
    "legal-hold": "<LegalHold><Status>ON</Status></LegalHold>",
}
"""What S3 says of the film, by what is asked in the query."""


@dataclass(frozen=True)
class Page:
    """What a proxy says instead of the store."""

    status: HTTPStatus
    content: bytes = "<html><p>系统维护中<br></html>".encode()
    kind: str = "text/html"


PAGES: Final = [
    Page(HTTPStatus.NOT_FOUND),
    Page(HTTPStatus.NOT_FOUND, b"", "text/plain"),
    Page(HTTPStatus.NOT_FOUND, "<html>页面不存在</html>".encode("gbk")),
    Page(HTTPStatus.NOT_FOUND, b"<html>is well-formed</html>", "application/xml"),
    Page(HTTPStatus.NOT_FOUND, b"<html>is not<br></html>", "application/xml"),
    Page(HTTPStatus.FORBIDDEN),
    Page(HTTPStatus.SERVICE_UNAVAILABLE),
    Page(HTTPStatus.SERVICE_UNAVAILABLE, b"<html>busy</html>", "application/xml"),
    Page(HTTPStatus.OK),
    Page(HTTPStatus.OK, b"<html>is well-formed</html>"),
    Page(HTTPStatus.FOUND),
]


@dataclass
class Front:
    """The address of the store, and what its proxy does."""

    url: str
    page: Page | None = None
    lists: bool = False
    """Whether the list of versions comes from the store even so."""


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Generator[Front]:
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    with ThreadingHTTPServer((HERE, 0), _Handler) as server:
        it = Front(f"s3://key:secret@{HERE}:{server.server_port}/originals")
        server.RequestHandlerClass = type("Handler", (_Handler,), {"front": it})
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield it
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    front: Front

    def do(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_stores = self.front.lists and "versions=" in self.path
        page = None if is_stores else self.front.page
        page = page or self._stores()
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(page.content)))
        self.end_headers()
        self.wfile.write(page.content)

    do_GET = do_PUT = do_POST = do_DELETE = do  # noqa: N815 - the server's names

    def _stores(self) -> Page:
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        for asked, said in SAID.items():
            if asked in query:
                return Page(HTTPStatus.OK, said.encode(), "application/xml")
        return Page(HTTPStatus.PARTIAL_CONTENT, FILM, "application/octet-stream")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


def asks(store: Objects, film: Path) -> dict[str, Callable[[], object]]:
    """Everything that may be asked of a store while the product runs."""
    soon = datetime.now(UTC) + DAY
    return {
        "has": lambda: store.has(DIGEST),
        "size": lambda: store.size_bytes(DIGEST),
        "open": lambda: store.open(DIGEST),
        "range": lambda: list(store.open_range(DIGEST, 0, 9)),
        "read back": lambda: store.read_back(DIGEST, None),
        "adopt": lambda: store.adopt(film, sha256(film.read_bytes()).hexdigest()),
        "lock": lambda: store.lock_until(DIGEST, soon),
        "locked until": lambda: store.locked_until(DIGEST),
        "hold": lambda: store.hold(DIGEST),
        "held": lambda: store.is_held(DIGEST),
        "discard": lambda: store.discard(DIGEST, None),
        "remove": lambda: store.remove(DIGEST),
        "forget": lambda: store.forget_unfinished(soon),
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_front_of_the_store_is_a_store_that_is_away(
    front: Front, tmp_path: Path, page: Page
) -> None:
    (tmp_path / "film").write_bytes(bytes(LARGE))
    store = S3Objects(front.url, SystemClock(), compliance=False)
    assert store.has(DIGEST)
    front.page = page
    for name, ask in asks(store, tmp_path / "film").items():
        with pytest.raises(StoreAwayError):
            pytest.fail(f"{name} was answered: {ask()}")
    front.page = None
    assert store.is_held(DIGEST)
    assert store.read_back(DIGEST, None).sha256 == DIGEST


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_comes_once_the_film_was_found_is_not_taken_for_its_bytes(
    front: Front, page: Page
) -> None:
    """The list of versions is still the store's; then the proxy's rules change."""
    store = S3Objects(front.url, SystemClock(), compliance=False)
    front.page, front.lists = page, True
    assert store.has(DIGEST)
    for reading in (lambda: store.read_back(DIGEST, None), lambda: store.open(DIGEST)):
        with pytest.raises(StoreAwayError):
            reading()


@pytest.mark.parametrize("page", PAGES)
def test_a_service_is_not_started_on_a_page(front: Front, page: Page) -> None:
    front.page = page
    with pytest.raises(StoreUnusableError, match="no S3 store answers"):
        S3Objects(front.url, SystemClock(), compliance=False)


def test_what_the_store_itself_does_not_have_is_missing(front: Front) -> None:
    store = S3Objects(front.url, SystemClock(), compliance=False)
    with pytest.raises(ObjectMissingError):
        store.read_back("0" * 64, None)
