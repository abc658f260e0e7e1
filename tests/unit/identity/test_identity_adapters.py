"""Keys, codes and hashes in files and memory."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from anyio import to_thread
from argon2 import PasswordHasher

from common.throttle import Throttle
from identity.adapters import refresh_tokens
from identity.adapters.keys import SigningKeys
from identity.adapters.passwords import HASHING_MAX, NOBODYS, WAITING_MAX, Passwords
from identity.adapters.setup_code import SetupCode
from identity.adapters.waiting_room import WaitingRoom
from identity.errors import BusyError
from tests.support.clock import FrozenClock


def test_private_keys_and_the_setup_code_are_for_their_owner_only(tmp_path: Path) -> None:
    SigningKeys.open(tmp_path / "keys")
    SetupCode(tmp_path / "keys").prepare()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes == {"0001.pem": 0o600, "setup.code": 0o600, "jwks.json": 0o644}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_jwks_tells_public_halves_only(tmp_path: Path) -> None:
    (key,) = SigningKeys.open(tmp_path).jwks()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_a_key_put_beside_signs_while_the_old_one_still_verifies(tmp_path: Path) -> None:
    old = SigningKeys.open(tmp_path / "one").jwks()["keys"][0]
    SigningKeys.open(tmp_path / "two")
    (tmp_path / "two" / "0001.pem").rename(tmp_path / "one" / "0002.pem")
    assert old in SigningKeys.open(tmp_path / "one").jwks()["keys"]


def test_a_setup_code_survives_a_restart_and_is_gone_once_used(tmp_path: Path) -> None:
    code = SetupCode(tmp_path)
    assert not code.fits("")
    code.prepare()
    text = (tmp_path / "setup.code").read_text().strip()
    SetupCode(tmp_path).prepare()
    assert code.fits(text)
    assert not code.fits(text[:-1])
    code.discard()
    assert not code.fits(text)


def test_passwords_are_argon2id_and_fit_in_any_normal_form() -> None:
    passwords = Passwords()
    hashed = passwords.hash("cafe\u0301 au lait noir")
    assert hashed.startswith("$argon2id$")
    assert passwords.fits("caf\u00e9 au lait noir", hashed)
    assert not passwords.fits("cafe au lait noir", hashed)


def test_nobodys_hash_costs_what_everybodys_does() -> None:
    """By parameters, and roughly by the clock: without the work it would be a thousandth."""
    assert not PasswordHasher().check_needs_rehash(NOBODYS)
    passwords = Passwords()
    hashed = passwords.hash("correct horse")
    wrong = fastest(lambda: passwords.fits("battery staple", hashed))
    unknown = fastest(lambda: passwords.fits("battery staple", None))
    assert wrong / 3 < unknown < wrong * 3


def test_nothing_fits_nobodys_hash() -> None:
    assert not Passwords().fits("", None)


def test_a_full_waiting_room_sends_away_at_once_and_has_place_afterwards() -> None:
    room = WaitingRoom(inside_max=1, waiting_max=0, wait_max_s=60)
    for _ in range(2):
        with room.place(), pytest.raises(BusyError), room.place():
            pass


def test_nobody_waits_for_ever() -> None:
    room = WaitingRoom(inside_max=1, waiting_max=1, wait_max_s=0.01)
    for _ in range(2):
        with room.place(), pytest.raises(BusyError), room.place():
            pass


def test_who_waits_gets_in_when_somebody_leaves() -> None:
    room = WaitingRoom(inside_max=1, waiting_max=1, wait_max_s=60)

    def enter() -> bool:
        with room.place():
            return True

    with ThreadPoolExecutor() as pool:
        with room.place():
            waiting = pool.submit(enter)
        assert waiting.result()


def test_a_crowd_at_the_door_leaves_half_the_threads_to_the_others() -> None:
    async def threads() -> float:
        return to_thread.current_default_thread_limiter().total_tokens

    assert anyio.run(threads) / 2 >= HASHING_MAX + WAITING_MAX


def test_only_the_first_of_a_kind_in_a_minute_are_admitted() -> None:
    clock, throttle = FrozenClock(), Throttle(per_minute_max=2)

    def admitted(kind: str) -> list[bool]:
        return [throttle.admits(kind, clock.now()) for _ in range(3)]

    assert admitted("one") == admitted("another") == [True, True, False]
    clock.move(timedelta(minutes=1))
    assert admitted("one") == [True, True, False]


def test_a_refresh_token_is_256_bits_and_kept_as_a_digest() -> None:
    token = refresh_tokens.make()
    assert len(token) == 43
    assert refresh_tokens.digest(token) != refresh_tokens.digest(refresh_tokens.make())
    assert token not in refresh_tokens.digest(token)


def fastest(call: Callable[[], object]) -> float:
    def once() -> float:
        before = time.perf_counter()
        call()
        return time.perf_counter() - before

    return min(once() for _ in range(3))
