"""The IETF's resumable uploads byte by byte, as iOS sends them. No device was tried."""

import hashlib
from base64 import b64encode
from collections.abc import Generator
from secrets import token_bytes
from uuid import uuid4

import pytest

from common.clock import SystemClock
from contracts.identity import Role
from tests.support.people import Signer, person
from tests.support.raw import Answer, Line
from tests.support.uploads import CHUNK, TUS, header
from tests.support.victim import Victim
from tests.support.words import metadata

OFFICER = person(Role.OFFICER, agency_id=uuid4())
SIZE = 320_000
HALF = SIZE // 2
PROBLEM = "https://iana.org/assignments/http-problem-types#"
BY_SYSTEM = {
    "Accept": "*/*",
    "Accept-Language": "zh-CN,zh-Hans;q=0.9",
    "Accept-Encoding": "gzip, deflate",
    "Priority": "u=3, i",
    "User-Agent": "Liuhen/1 CFNetwork/1568.300.101 Darwin/24.2.0",
    "Connection": "keep-alive",
}
"""What URLSession adds to every request by itself."""
BOTH = pytest.mark.parametrize("version", ["6", "8"])


class Phone:
    """An app on a phone whose system does the uploading."""

    def __init__(self, product: Victim, version: str | None) -> None:
        self.product = product
        self.version = version
        self.film = token_bytes(SIZE)
        self.digest = hashlib.sha256(self.film)

    def line(self) -> Line:
        return Line(self.product.port)

    def headers(self, **own: str) -> dict[str, str]:
        signed = Signer.open(self.product.data, SystemClock()).headers(OFFICER)
        said = BY_SYSTEM | signed | own
        return said | ({"Upload-Draft-Interop-Version": self.version} if self.version else {})

    def announcing(self, **own: str) -> dict[str, str]:
        """The head of the one request that an app makes for a whole film."""
        words = metadata(OFFICER, uuid4(), self.digest.hexdigest())
        whole = {"Upload-Complete": "?1", "Content-Length": str(SIZE)}
        kind = {"Content-Type": "video/mp4", "Upload-Metadata": header(words)}
        return self.headers(**whole, **kind) | own

    def asks(self, method: str, path: str, content: bytes = b"", **own: str) -> Answer:
        """A request and its final answer, on a connection of its own."""
        with self.line() as line:
            line.head(method, path, self.headers(**own) | _length(method, content))
            line.say(content)
            return line.hear_all()[-1]

    def appends(self, path: str, offset: int, content: bytes, complete: str) -> Answer:
        kind = {"Content-Type": "application/partial-upload"}
        where = {"Upload-Offset": str(offset), "Upload-Complete": complete}
        return self.asks("PATCH", path, content, **kind, **where)

    def begins(self) -> str:
        """An upload of which nothing is here yet; its address."""
        begun = self.announcing(**{"Upload-Complete": "?0", "Content-Length": "0"})
        with self.line() as line:
            line.head("POST", "/ingest/uploads/", begun | {"Upload-Length": str(SIZE)})
            return line.hear_all()[-1].headers["location"]

    def is_kept(self) -> bool:
        name = self.digest.hexdigest()
        kept = self.product.data / "objects" / name[:2] / name
        return kept.exists() and kept.read_bytes() == self.film


def _length(method: str, content: bytes) -> dict[str, str]:
    return {"Content-Length": str(len(content))} if method in {"POST", "PATCH"} else {}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Victim]:
    data = tmp_path_factory.mktemp("rufh") / "data"
    data.mkdir()
    product = Victim(data)
    product.start()
    yield product
    product.stop()


@pytest.fixture
def phone(product: Victim, version: str) -> Phone:
    return Phone(product, version)


@BOTH
def test_a_phone_hears_where_to_go_on_before_its_film_is_sent(phone: Phone, version: str) -> None:
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", phone.announcing())
        line.say(phone.film[:HALF])
        early = line.hear()
        line.say(phone.film[HALF:])
        final = line.hear()
    age = {"6": "expires", "8": "max-age"}[version]
    assert early.status == 104
    assert early.headers["upload-draft-interop-version"] == version
    assert early.headers["upload-limit"] == f"max-size={8 * 1024**3}, {age}={30 * 86_400}"
    assert early.headers["location"].startswith("/ingest/uploads/")
    assert final.status == 201
    assert final.headers["location"] == early.headers["location"]
    assert final.headers["upload-complete"] == "?1"
    assert final.headers["upload-offset"] == str(SIZE)
    assert final.headers["repr-digest"] == f"sha-256=:{b64encode(phone.digest.digest()).decode()}:"
    assert "tus-resumable" not in final.headers
    assert phone.is_kept()


@BOTH
def test_a_phone_goes_on_after_its_connection_was_cut(phone: Phone, version: str) -> None:
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", phone.announcing())
        line.say(phone.film[:HALF])
        location = line.hear().headers["location"]
    asked = phone.asks("HEAD", location)
    assert (asked.status, asked.headers["upload-complete"]) == (204, "?0")
    assert asked.headers["upload-length"] == str(SIZE)
    assert asked.headers["cache-control"] == "no-store"
    offset = int(asked.headers["upload-offset"])
    assert offset <= HALF
    final = phone.appends(location, offset, phone.film[offset:], "?1")
    assert (final.status, final.headers["upload-complete"]) == (201, "?1")
    assert phone.is_kept()
    assert phone.asks("HEAD", location).headers["upload-complete"] == "?1", version


@BOTH
def test_a_film_of_untold_length_that_was_cut_is_not_whole(phone: Phone, version: str) -> None:
    said = phone.announcing() | {"Transfer-Encoding": "chunked"}
    del said["Content-Length"]
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", said)
        line.say(f"{HALF:x}\r\n".encode() + phone.film[:HALF] + b"\r\n")
        location = line.hear().headers["location"]
    asked = phone.asks("HEAD", location)
    assert (asked.headers["upload-complete"], asked.headers["upload-length"]) == ("?0", None)
    offset = int(asked.headers["upload-offset"])
    final = phone.appends(location, offset, phone.film[offset:], "?1")
    assert (final.status, final.headers["upload-complete"]) == (201, "?1"), version
    assert phone.is_kept()


@BOTH
def test_a_phone_goes_on_after_the_product_was_killed(phone: Phone, version: str) -> None:
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", phone.announcing())
        line.say(phone.film[:HALF])
        location = line.hear().headers["location"]
        offset = int(phone.asks("HEAD", location).headers["upload-offset"])
        phone.product.kill()
    phone.product.start()
    assert int(phone.asks("HEAD", location).headers["upload-offset"]) == offset, version
    assert phone.appends(location, offset, phone.film[offset:], "?1").status == 201
    assert phone.is_kept()


@BOTH
def test_a_request_that_is_overtaken_ends_as_one_to_resume(phone: Phone, version: str) -> None:
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", phone.announcing())
        line.say(phone.film[:HALF])
        location = line.hear().headers["location"]
        offset = phone.asks("HEAD", location).headers["upload-offset"]
        overtaken = line.hear()
    assert overtaken.status == 503, version  # of a 4xx a phone would take no further try
    assert overtaken.headers["upload-offset"] == offset
    assert overtaken.problem["code"] == "ingest.paused"


@BOTH
def test_a_wrong_offset_is_answered_with_the_right_one(phone: Phone, version: str) -> None:
    location = phone.begins()
    sent = phone.appends(location, 0, phone.film[:HALF], "?0")
    assert sent.status == {"6": 201, "8": 204}[version]
    assert sent.headers["upload-complete"] == "?0"
    wrong = phone.appends(location, 7, phone.film[7:], "?1")
    assert wrong.status == 409
    assert wrong.headers["upload-offset"] == str(HALF)
    assert wrong.headers["upload-complete"] == "?0"
    assert wrong.problem["type"] == f"{PROBLEM}mismatching-upload-offset"
    assert wrong.problem["code"] == "ingest.offset-differs"
    assert (wrong.problem["expected-offset"], wrong.problem["provided-offset"]) == (HALF, 7)


@BOTH
def test_a_complete_upload_takes_no_more(phone: Phone, version: str) -> None:
    location = phone.begins()
    assert phone.appends(location, 0, phone.film, "?1").status == 201
    for content in (b"", b"more"):
        again = phone.appends(location, SIZE, content, "?1")
        assert again.status == 400, version
        assert again.problem["type"] == f"{PROBLEM}completed-upload"
        assert again.problem["code"] == "ingest.upload-complete"
        assert again.headers["upload-complete"] == "?1"
    assert phone.asks("DELETE", location).status == 403
    assert phone.is_kept()


@BOTH
def test_a_phone_cancels(phone: Phone, version: str) -> None:
    location = phone.begins()
    phone.appends(location, 0, phone.film[:HALF], "?0")
    assert phone.asks("DELETE", location).status == 204
    assert phone.asks("HEAD", location).status == {"6": 404, "8": 410}[version]


@pytest.mark.parametrize("version", ["3", "5", "7", "9", "six", "6.0", ""])
def test_another_draft_is_refused_with_those_that_are_spoken(phone: Phone, version: str) -> None:
    said = phone.announcing() | {"Upload-Draft-Interop-Version": version}
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", said)
        [refused] = line.hear_all()
    assert refused.status == 412
    assert (refused.problem["code"], refused.problem["spoken"]) == (
        "ingest.interop-version",
        [6, 8],
    )


@BOTH
def test_who_is_not_signed_in_hears_nothing_early(phone: Phone, version: str) -> None:
    said = {k: v for k, v in phone.announcing().items() if k != "authorization"}
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", said)
        assert [answer.status for answer in line.hear_all()] == [401], version


@pytest.mark.parametrize("version", [None, "6"])
def test_who_speaks_tus_hears_nothing_early(phone: Phone, version: str | None) -> None:
    """Also where the phone's system adds its own header to a request of a tus client."""
    said = phone.announcing() | TUS | {"Content-Type": CHUNK, "Upload-Length": str(SIZE)}
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", said)
        line.say(phone.film)
        [answer] = line.hear_all()
    assert (answer.status, answer.headers["tus-resumable"]) == (201, "1.0.0"), version
    assert phone.is_kept()


@pytest.mark.parametrize("version", [None])
def test_who_says_no_version_hears_nothing_early(phone: Phone) -> None:
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", phone.announcing())
        assert [answer.status for answer in line.hear_all()] == [412]


@BOTH
def test_a_phone_that_waits_to_be_let_in_hears_both(phone: Phone, version: str) -> None:
    said = phone.announcing() | {"Expect": "100-continue"}
    with phone.line() as line:
        line.head("POST", "/ingest/uploads/", said)
        assert [line.hear().status, line.hear().status] == [104, 100], version
        line.say(phone.film)
        assert line.hear().status == 201
    assert phone.is_kept()
