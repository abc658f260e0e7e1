"""A dock beside a real product: an officer's account, a card of real films, and the command."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from contracts.identity import Level, Role
from liuhen.demo.film import make_film
from tests.support.offices import PASSWORD, account_body, agency_body
from tests.support.people import person
from tests.support.uploads import header
from tests.support.victim import Victim
from tests.support.words import metadata

ROOT: Final = Path(__file__).parents[2]
BEGAN: Final = datetime(2026, 3, 1, 1, tzinfo=UTC)
SECONDS: Final = 30
OFFICER, COLLEAGUE = "zhang", "li"


@dataclass(frozen=True)
class Ended:
    """How a push ended."""

    code: int
    said: str
    receipt: Any
    """As JSON; None where there is none."""
    text: str


@dataclass
class Dock:
    """A folder of films and the product that they go to."""

    product: Victim
    card: Path
    receipts: Path

    def words(self, address: str, *more: str) -> list[str]:
        return [
            *(sys.executable, "-m", "dock", "push", str(self.card), "--server", address),
            *("--receipts", str(self.receipts), "--device", "执法仪-0017"),
            *("--carrier", "body_camera", "--filmed-by", "me", "--patience", "300", *more),
        ]

    def environment(self, user: str = OFFICER, password: str = PASSWORD) -> dict[str, str]:
        return os.environ | {"LIUHEN_DOCK_USER": user, "LIUHEN_DOCK_PASSWORD": password}

    def push(self, *more: str, to: str | None = None, **who: str) -> Ended:
        for old in self.receipts.iterdir():
            old.unlink()
        ended = subprocess.run(  # noqa: S603 - our own command
            self.words(to or self.product.address, *more),
            cwd=ROOT,
            env=self.environment(**who),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            start_new_session=True,
        )
        return self.ended(ended.returncode, ended.stdout + ended.stderr)

    def ended(self, code: int, said: str) -> Ended:
        written = sorted(self.receipts.glob("*.receipt.*"))
        if not written:
            return Ended(code, said, None, "")
        assert PASSWORD not in said
        forms = [path.read_text(encoding="utf-8") for path in written]
        return Ended(code, said, httpx.Response(200, text=forms[0]).json(), forms[1])

    def token(self, user: str = OFFICER) -> str:
        body = {"username": user, "password": PASSWORD}
        answer = httpx.post(f"{self.product.address}/identity/v1/sessions", json=body)
        return answer.json()["access_token"]

    def asks(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the officer is told when she asks."""
        headers = {"authorization": f"Bearer {self.token()}"}
        return httpx.get(f"{self.product.address}{path}", headers=headers).json()

    def sends(self, client_id: UUID, sha256: str, content: bytes) -> int:
        """Send bytes under an id and a digest that may be another's; return how that ended."""
        account = person(Role.OFFICER, agency_id=uuid4())
        said = metadata(account, client_id, sha256)
        headers = {"authorization": f"Bearer {self.token()}", "tus-resumable": "1.0.0"}
        with httpx.Client(base_url=self.product.address, headers=headers) as client:
            length = {"upload-length": str(len(content)), "upload-metadata": header(said)}
            place = client.post("/ingest/uploads/", headers=length).headers["location"]
            octets = {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
            return client.patch(place, headers=octets, content=content).status_code

    def kept(self) -> set[str]:
        """The digests of what the product keeps."""
        objects = self.product.data / "objects"
        return {path.name for path in objects.rglob("*") if path.is_file()}

    def digests(self) -> set[str]:
        """The digests of what lies on the card."""
        return {digest(path) for path in (self.card / "DCIM").rglob("*.MP4")}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_card(card: Path, numbers: Sequence[int], seconds: int = SECONDS) -> None:
    """Real films, named and dated as a body camera does."""
    folder = card / "DCIM" / "100MEDIA"
    folder.mkdir(parents=True)
    for number in numbers:
        began = BEGAN + timedelta(minutes=10 * number)
        local = began + timedelta(hours=8)
        film = folder / f"DSJ_{local:%Y%m%d_%H%M%S}_{number:04}.MP4"
        make_film(film, began, seconds, f"FILE {number:04}")
        ended = (began + timedelta(seconds=seconds)).timestamp()
        os.utime(film, (ended, ended))


def make_dock(folder: Path, numbers: Sequence[int]) -> None:
    """Make a product with an officer and her colleague, and a card."""
    for made in ("data", "receipts"):
        (folder / made).mkdir()
    make_card(folder / "card", numbers)
    product = Victim(folder / "data")
    product.start()
    _open_accounts(product)
    product.stop()


def open_dock(folder: Path) -> Dock:
    """Start the product that was made there."""
    product = Victim(folder / "data")
    product.start()
    return Dock(product, folder / "card", folder / "receipts")


def _open_accounts(product: Victim) -> None:
    with httpx.Client(base_url=f"{product.address}/identity/v1") as client:
        code = (product.data / "keys" / "setup.code").read_text().strip()
        root = {
            "agency_id": str(uuid4()),
            "name": "省厅",
            "level": "province",
            "division": "140000",
        }
        made = {"setup_code": code, "username": "root", "password": PASSWORD, "name": "管理员"}
        _done(client.post("/setup", json=made | {"agency": root}))
        signed = client.post("/sessions", json={"username": "root", "password": PASSWORD})
        client.headers["authorization"] = f"Bearer {signed.json()['access_token']}"
        agency_id = uuid4()
        body = agency_body(UUID(root["agency_id"]), Level.AGENCY)
        _done(client.put(f"/agencies/{agency_id}", json=body))
        for name in (OFFICER, COLLEAGUE):
            body = account_body(agency_id, name, Role.OFFICER)
            _done(client.put(f"/accounts/{uuid4()}", json=body))


def _done(answer: httpx.Response) -> None:
    assert answer.is_success, answer.text
