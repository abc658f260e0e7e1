"""How long the door waits for a request. A socket that was closed is the clock: nobody sleeps."""

import json
import ssl
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, socket
from typing import Annotated, Any, ClassVar, Final

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi import Body, FastAPI, Request, Response

from common import bodies
from common.bodies import BodyLimit
from liuhen import patience
from liuhen.door import Door
from liuhen.patience import UNUSED_MAX_BYTES, FairProtocol, PatientProtocol

HALF: Final = b"POST / HTTP/1.1\r\nHost: door\r\n"
CHUNKED: Final = HALF + b"Transfer-Encoding: chunked\r\n\r\n"
FILM: Final = HALF.replace(b"/", b"/films", 1) + b"Content-Length: 4\r\n\r\n"
HELD: Final = b"GET /held HTTP/1.1\r\nHost: door\r\n\r\n"
LONG: Final = b"GET /long HTTP/1.1\r\nHost: door\r\n\r\n"
WHOLE: Final = HALF + b"Content-Length: 4\r\n\r\n"
TOO_LONG_S: Final = 10.0
"""A test that waits as long as this has failed."""


LONG_BYTES: Final = 32 * 1024 * 1024
"""More than the system keeps for a reader who does not read."""


class Impatient(PatientProtocol):
    head_max_s: ClassVar[float] = 0.5


class Restless(PatientProtocol):
    head_max_s: ClassVar[float] = 0.4
    stall_max_s: ClassVar[float] = 1.0


class Narrow(PatientProtocol):
    requests_max: ClassVar[int] = 2
    connections_max: ClassVar[int] = 3


class Fair(FairProtocol):
    place_connections_max: ClassVar[int] = 2


WAITS_A_MOMENT: Final[dict[str, Any]] = {"http": Impatient}
AS_IT_IS: Final[dict[str, Any]] = {}
HERE: Final = Door("127.0.0.1", 0)


def echo() -> FastAPI:
    app = FastAPI()

    async def answer(request: Request) -> str:
        return (await request.body()).decode()

    app.post("/")(answer)
    app.post("/films")(answer)

    @app.post("/forms")
    async def form(said: Annotated[str, Body()]) -> str:  # pyright: ignore[reportUnusedFunction] - the router uses it
        return said

    @app.get("/held")
    async def wait(request: Request) -> str:  # pyright: ignore[reportUnusedFunction] - the router uses it
        """Gives no answer before the connection is gone."""
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return ""

    @app.get("/long")
    async def long() -> Response:  # pyright: ignore[reportUnusedFunction] - the router uses it
        return Response(b"x" * LONG_BYTES)

    @app.get("/healthz")
    async def healthz() -> str:  # pyright: ignore[reportUnusedFunction] - the router uses it
        return "alive"

    app.add_middleware(BodyLimit, streams=("/films",))
    return app


@contextmanager
def opened(changes: dict[str, Any] = WAITS_A_MOMENT, here: Door = HERE) -> Generator[socket]:
    """A door, and the address behind it."""
    server = uvicorn.Server(uvicorn.Config(echo(), **here.uvicorn_options() | changes))
    with closing(here.bind()) as bound:
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            yield bound
        finally:
            server.should_exit = True
            thread.join()


def caller(bound: socket) -> socket:
    return create_connection(bound.getsockname(), TOO_LONG_S)


def heard(call: socket, ends: bytes) -> bytes:
    """What comes, up to and with `ends`."""
    said = b""
    while not said.endswith(ends):
        more = call.recv(4096)
        assert more, said
        said += more
    return said


def pass_by(bound: socket) -> None:
    """Let as much time pass as a head may take."""
    with caller(bound) as other:
        assert other.recv(1) == b""


def everything(call: socket) -> bytes:
    """What comes until the other side hangs up, politely or not."""
    said = b""
    with suppress(ConnectionError):
        while more := call.recv(65536):
            said += more
    return said


@pytest.mark.parametrize("said", [b"", b"P", HALF, b"\r\n"])
def test_a_head_that_does_not_come_loses_its_place(said: bytes) -> None:
    with opened() as bound, caller(bound) as call:
        call.sendall(said)
        assert call.recv(1) == b""


@pytest.mark.parametrize("said", [b"\r\n", HALF])
def test_the_second_head_is_waited_for_no_longer_than_the_first(said: bytes) -> None:
    with opened() as bound, caller(bound) as call:
        call.sendall(WHOLE + b"film")
        assert heard(call, b'"film"').startswith(b"HTTP/1.1 200")
        call.sendall(said)
        assert call.recv(1) == b""


def test_a_film_comes_as_slowly_as_it_must() -> None:
    with opened() as bound, caller(bound) as phone:
        phone.sendall(WHOLE + b"fi")
        with caller(bound) as other:  # came later and is closed: longer than the limit has passed
            assert other.recv(1) == b""
        phone.sendall(b"lm")
        assert heard(phone, b'"film"').startswith(b"HTTP/1.1 200")


def test_a_film_that_stops_coming_loses_its_place() -> None:
    with opened({"http": Restless}) as bound, caller(bound) as phone:
        phone.sendall(FILM + b"fi")
        assert phone.recv(1) == b""


def test_a_film_that_moves_is_never_cut() -> None:
    with opened({"http": Restless}) as bound, caller(bound) as phone:
        phone.sendall(FILM)
        for byte in b"film":
            pass_by(bound)
            phone.sendall(bytes([byte]))
        assert heard(phone, b'"film"').startswith(b"HTTP/1.1 200")


def test_a_form_that_drips_is_refused_and_loses_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_MAX_S", 0.5)
    with opened(AS_IT_IS) as bound, caller(bound) as call:
        call.sendall(WHOLE.replace(b"/", b"/forms", 1) + b"f")
        head, body = everything(call).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert json.loads(body)["code"] == "common.body-too-slow"


def test_a_body_is_not_waited_for_once_its_answer_is_out() -> None:
    with opened() as bound, caller(bound) as call:
        call.sendall(WHOLE.replace(b"/", b"/nowhere", 1))
        assert heard(call, b"}").startswith(b"HTTP/1.1 404")
        call.sendall(b"f")
        assert call.recv(1) == b""


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    with opened({"http": Restless}) as bound, caller(bound) as call:
        call.sendall(LONG + LONG)  # the second request is no sign of life
        for _ in range(6):  # longer than until it is closed, and until it is cut
            pass_by(bound)
        assert len(everything(call)) < LONG_BYTES


@pytest.mark.parametrize(
    "said",
    [HALF, CHUNKED + b"0\r\n", CHUNKED + b"1\r\nx\r\n0\r\n", HELD + HALF],
    ids=["head", "trailers", "trailers after a body", "second head"],
)
def test_headers_without_end_are_not_kept(said: bytes) -> None:
    """As the door really is: the test would fail long before its patience ends."""
    with opened(AS_IT_IS) as bound, caller(bound) as call:
        call.sendall(said)
        with suppress(ConnectionError):
            for _ in range(8):  # what comes together with something else is not counted
                call.sendall(b"X: " + b"x" * UNUSED_MAX_BYTES + b"\r\n")
            assert call.recv(1) == b""


def test_a_crowd_is_told_to_come_again_and_health_is_answered() -> None:
    with opened({"http": Narrow}) as bound, caller(bound) as one, caller(bound) as another:
        for call in (one, another):
            call.sendall(FILM + b"fi")
        with caller(bound) as late:
            late.sendall(WHOLE + b"film")
            head, body = everything(late).split(b"\r\n\r\n")
        with caller(bound) as probe:
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: door\r\n\r\n")
            assert heard(probe, b'"alive"').startswith(b"HTTP/1.1 200")
        one.sendall(b"lm")
        assert heard(one, b'"film"').startswith(b"HTTP/1.1 200")
    assert head.startswith(b"HTTP/1.1 503")
    assert b"application/problem+json" in head
    assert b"retry-after: 5" in head
    assert json.loads(body)["code"] == "liuhen.full"


def test_silent_callers_make_room_for_who_comes() -> None:
    with opened({"http": Narrow}) as bound, caller(bound) as phone, caller(bound) as silent:
        phone.sendall(FILM.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        heard(phone, b"100 Continue\r\n\r\n")  # its request is known before the others' silence
        phone.sendall(b"fi")
        with caller(bound), caller(bound) as late:
            late.sendall(WHOLE + b"film")
            assert heard(late, b'"film"').startswith(b"HTTP/1.1 200")
            assert everything(silent) == b""
        phone.sendall(b"lm")
        assert heard(phone, b'"film"').startswith(b"HTTP/1.1 200")


def test_nobody_takes_more_than_their_share() -> None:
    with opened({"http": Fair}) as bound, caller(bound) as one, caller(bound) as another:
        for call in (one, another):
            call.sendall(FILM + b"fi")
        with caller(bound) as third:
            assert everything(third) == b""
        with create_connection(bound.getsockname(), TOO_LONG_S, ("127.0.0.2", 0)) as neighbour:
            neighbour.sendall(WHOLE + b"film")
            assert heard(neighbour, b'"film"').startswith(b"HTTP/1.1 200")
        one.sendall(b"lm")
        assert heard(one, b'"film"').startswith(b"HTTP/1.1 200")


@pytest.fixture
def certified(tmp_path: Path) -> Door:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, private.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    cert.write_bytes(signed.public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Door("127.0.0.1", 0, cert, key)


def test_who_does_not_shake_hands_is_closed(
    certified: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HANDSHAKE_MAX_S", 0.5)
    trusted = ssl.create_default_context(cafile=certified.cert)
    trusted.check_hostname = False
    with opened(AS_IT_IS, certified) as bound, caller(bound) as silent:
        with trusted.wrap_socket(caller(bound)) as call:
            call.sendall(WHOLE + b"film")
            assert heard(call, b'"film"').startswith(b"HTTP/1.1 200")
        assert everything(silent) == b""
