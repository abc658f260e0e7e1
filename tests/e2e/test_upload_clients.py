"""Films sent by the clients that phones, pages and docks are made of, untouched."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.auth import Requester
from common.clock import SystemClock
from contracts.identity import Role
from tests.support.people import Signer, person
from tests.support.uploads import header
from tests.support.victim import Victim
from tests.support.words import metadata
from tools.engines import tus_clients

OFFICER = person(Role.OFFICER, agency_id=uuid4())
SIZE = 960_000
IETF = "ietf-draft-05"
"""The interop version 6 of the IETF's resumable uploads, as tus-js-client calls it."""
SCRIPTS = Path(__file__).parents[1] / "support"


class Phone:
    """A device with a film, and a product to send it to."""

    def __init__(self, product: Victim, client: list[str], packages: Path, folder: Path) -> None:
        self.product = product
        self.film = folder / "film.mp4"
        self.content = token_bytes(SIZE)
        self.film.write_bytes(self.content)
        self.digest = hashlib.sha256(self.content).hexdigest()
        self.said = metadata(OFFICER, uuid4(), self.digest)
        self._client = client
        self._packages = packages
        self._remembers = folder / "remembers.json"

    def headers(self, who: Requester = OFFICER) -> dict[str, str]:
        return Signer.open(self.product.data, SystemClock()).headers(who)

    def sends(self, **how: object) -> dict[str, Any]:
        """Run the client, and say what it saw."""
        words = {
            "endpoint": f"{self.product.address}/ingest/uploads/",
            "token": self.headers()["authorization"].removeprefix("Bearer "),
            "packages": str(self._packages),
            "file": str(self.film),
            "metadata": dict(self.said),
            "storage": str(self._remembers),
        }
        ended = subprocess.run(  # noqa: S603 - our own script
            [*self._client, json.dumps(words | how)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def offset(self, url: str) -> int:
        headers = self.headers() | {"tus-resumable": "1.0.0"}
        return int(httpx.head(url, headers=headers).headers["upload-offset"])

    def is_kept(self) -> bool:
        kept = self.product.data / "objects" / self.digest[:2] / self.digest
        return kept.exists() and kept.read_bytes() == self.content


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Victim]:
    data = tmp_path_factory.mktemp("clients") / "data"
    data.mkdir()
    product = Victim(data)
    product.start()
    yield product
    product.stop()


@pytest.fixture
def phone(product: Victim, tmp_path: Path, tus_js_client: Path) -> Phone:
    script = str(SCRIPTS / "tus_js.mjs")
    return Phone(product, [tus_clients.node(), script], tus_js_client, tmp_path)


@pytest.fixture
def page(product: Victim, tmp_path: Path, uppy: Path) -> Phone:
    """Uppy; a browser's page without the browser."""
    return Phone(product, [tus_clients.node(), str(SCRIPTS / "uppy.mjs")], uppy, tmp_path)


@pytest.fixture
def dock(product: Victim, tmp_path: Path) -> Phone:
    """tuspy, which a dock's script would use."""
    return Phone(product, [sys.executable, "-P", str(SCRIPTS / "tuspy.py")], tmp_path, tmp_path)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"chunk_size": 100_000},
        {"with_creation": True},
        {"with_creation": True, "chunk_size": 100_000},
        {"deferred": True, "chunk_size": 100_000},
        {"override": True},
        {"parallel": 3},
        {"protocol": IETF},
        {"protocol": IETF, "chunk_size": 100_000},
        {"protocol": IETF, "with_creation": True},
    ],
    ids=str,
)
def test_tus_js_client_sends_a_film(phone: Phone, how: dict[str, object]) -> None:
    assert "error" not in phone.sends(**how)
    assert phone.is_kept()


@pytest.mark.parametrize("protocol", ["tus-v1", IETF])
def test_tus_js_client_goes_on_where_it_was_cut(phone: Phone, protocol: str) -> None:
    cut = phone.sends(cut_at=200_000, chunk_size=100_000, protocol=protocol)
    assert cut["cut"]
    offset = phone.offset(cut["url"])
    assert 100_000 <= offset < SIZE
    assert phone.sends(upload_url=cut["url"], protocol=protocol) == {"url": cut["url"]}
    assert phone.is_kept()


def test_tus_js_client_goes_on_after_the_product_was_killed(phone: Phone) -> None:
    cut = phone.sends(cut_at=200_000, chunk_size=100_000)
    offset = phone.offset(cut["url"])
    phone.product.kill()
    phone.product.start()
    assert phone.offset(cut["url"]) == offset
    assert phone.sends(upload_url=cut["url"]) == {"url": cut["url"]}
    assert phone.is_kept()


def test_tus_js_client_ends_an_upload_it_began_and_no_film_that_is_kept(phone: Phone) -> None:
    cut = phone.sends(cut_at=200_000, chunk_size=100_000)
    assert phone.sends(terminate=True, upload_url=cut["url"]) == {"terminated": True}
    sent = phone.sends()
    refused = phone.sends(terminate=True, upload_url=sent["url"])
    assert refused["status"] == 403
    assert phone.is_kept()


def test_tus_js_client_is_told_that_other_bytes_came(phone: Phone) -> None:
    phone.said = metadata(OFFICER, uuid4(), "0" * 64)
    told = phone.sends()
    assert (told["status"], json.loads(told["body"])["code"]) == (422, "ingest.digest-differs")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"chunk_size": 100_000},
        {"with_creation": True},
        {"override": True, "chunk_size": 100_000},
        {"parallel": 3},
        {"chunk_size": 100_000, "pause_at": 300_000},
    ],
    ids=str,
)
def test_uppy_sends_a_film(page: Phone, how: dict[str, object]) -> None:
    assert "error" not in page.sends(**how)
    assert page.is_kept()


@pytest.mark.parametrize("is_killed", [False, True])
def test_uppy_goes_on_when_its_page_is_opened_again(page: Phone, *, is_killed: bool) -> None:
    cut = page.sends(cut_at=200_000, chunk_size=100_000)
    assert cut["cut"]
    if is_killed:
        page.product.kill()
        page.product.start()
    assert 100_000 <= page.offset(cut["url"]) < SIZE
    assert page.sends(chunk_size=100_000) == {"url": cut["url"]}
    assert page.is_kept()


def test_uppy_is_told_that_other_bytes_came(page: Phone) -> None:
    page.said = metadata(OFFICER, uuid4(), "0" * 64)
    assert page.sends()["status"] == 422


@pytest.mark.parametrize(
    "how", [{}, {"chunk_size": 100_000}, {"checksum": True, "chunk_size": 100_000}], ids=str
)
def test_tuspy_sends_a_film(dock: Phone, how: dict[str, object]) -> None:
    assert dock.sends(**how)["resumed_from"] == 0
    assert dock.is_kept()


@pytest.mark.parametrize("is_killed", [False, True])
def test_tuspy_goes_on_at_the_address_it_has_stored(dock: Phone, *, is_killed: bool) -> None:
    cut = dock.sends(cut_at=200_000, chunk_size=100_000)
    if is_killed:
        dock.product.kill()
        dock.product.start()
    assert dock.sends() == {"url": cut["url"], "resumed_from": 200_000}
    assert dock.is_kept()


def test_tuspy_is_told_that_other_bytes_came(dock: Phone) -> None:
    dock.said = metadata(OFFICER, uuid4(), "0" * 64)
    told = dock.sends()
    assert (told["status"], json.loads(told["body"])["code"]) == (422, "ingest.digest-differs")


def test_curl_announces_sends_half_asks_and_sends_the_rest(phone: Phone) -> None:
    def curl(*words: str) -> str:
        told = subprocess.run(  # noqa: S603 - our own words
            ["curl", "--silent", "--show-error", "--dump-header", "-", *common, *words],  # noqa: S607 - the machine's own
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return told.stdout

    common = ["-H", "Tus-Resumable: 1.0.0", "-H"]
    common.append(f"Authorization: {phone.headers()['authorization']}")
    half = phone.film.with_suffix(".half")
    half.write_bytes(phone.content[:500_000])
    rest = phone.film.with_suffix(".rest")
    rest.write_bytes(phone.content[500_000:])
    chunk = ["-X", "PATCH", "-H", "Content-Type: application/offset+octet-stream"]
    begun = curl(
        "-X",
        "POST",
        "-H",
        f"Upload-Length: {SIZE}",
        "-H",
        f"Upload-Metadata: {header(phone.said)}",
        f"{phone.product.address}/ingest/uploads/",
    )
    url = phone.product.address + _header(begun, "location")
    curl(*chunk, "-H", "Upload-Offset: 0", "--data-binary", f"@{half}", url)
    assert _header(curl("--head", url), "upload-offset") == "500000"
    ended = curl(*chunk, "-H", "Upload-Offset: 500000", "--data-binary", f"@{rest}", url)
    assert _header(ended, "upload-offset") == str(SIZE)
    assert phone.is_kept()


def _header(answer: str, name: str) -> str:
    lines = [line.split(": ", 1) for line in answer.splitlines() if ": " in line]
    return next(value for key, value in lines if key.lower() == name)
