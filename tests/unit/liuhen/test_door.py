"""What the product refuses to listen on, and what it refuses in production."""

import resource
from pathlib import Path

import pytest

from liuhen import door, setup
from liuhen.demo import run
from liuhen.door import Door, DoorError
from liuhen.patience import FairProtocol, PatientProtocol, ProxiedProtocol
from liuhen.standalone import DEMO_MARK

CERT, KEY = Path("cert.pem"), Path("key.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_be_listened_on_in_the_clear(host: str) -> None:
    assert Door.checked(host, 8080, None, None, behind_proxy=False).url.startswith("http://")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "liuhen.example"])  # noqa: S104 - refused
def test_other_machines_are_reached_by_tls_or_not_at_all(host: str) -> None:
    with pytest.raises(DoorError, match="--cert"):
        Door.checked(host, 8080, None, None, behind_proxy=False)
    assert Door.checked(host, 8080, CERT, KEY, behind_proxy=False).url.startswith("https://")
    assert Door.checked(host, 8080, None, None, behind_proxy=True).behind_proxy


def test_half_a_certificate_is_refused() -> None:
    for cert, key in ((CERT, None), (None, KEY)):
        with pytest.raises(DoorError, match="belong together"):
            Door.checked("127.0.0.1", 8080, cert, key, behind_proxy=False)


def test_callers_are_told_apart_where_no_proxy_stands_before_them() -> None:
    def protocol(host: str, *, behind_proxy: bool) -> object:
        there = Door.checked(host, 8080, CERT, KEY, behind_proxy=behind_proxy)
        return there.uvicorn_options()["http"]

    assert protocol("10.1.2.3", behind_proxy=False) is FairProtocol
    assert protocol("10.1.2.3", behind_proxy=True) is ProxiedProtocol
    assert protocol("127.0.0.1", behind_proxy=False) is PatientProtocol


def test_a_door_makes_room_for_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        monkeypatch.setattr(door, "FILES_MAX", 300)
        Door("127.0.0.1", 0).bind().close()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
        monkeypatch.setattr(door, "FILES_MAX", 200)
        Door("127.0.0.1", 0).bind().close()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_production_refuses_the_demo_and_its_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.refuse_in_production(tmp_path)
    (tmp_path / DEMO_MARK).touch()
    setup.refuse_in_production(tmp_path)
    monkeypatch.setenv("LIUHEN_ENVIRONMENT", "production")
    with pytest.raises(setup.ProductionError, match="demo"):
        setup.refuse_in_production(tmp_path)
    with pytest.raises(setup.ProductionError, match="public"):
        run.demo(data=tmp_path, port=0, stay=False, json_file=None)
