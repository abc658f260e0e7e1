"""Signing in, renewing, signing out, and everything that opens no door."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.auth import AUDIENCE, ISSUER, Requester
from contracts.identity import Role
from identity.adapters.keys import SigningKeys
from tests.support.clock import FrozenClock
from tests.support.house import house
from tests.support.offices import PASSWORD, ROOT_ADMIN, Offices, setup_body, told
from tests.support.people import person
from tests.support.said import announced, of_type

WRONG = "wrong password 123"


async def refresh(offices: Offices, token: str) -> httpx.Response:
    return await offices.call(None, "POST", "/v1/sessions/refresh", {"refresh_token": token})


def reasons(offices: Offices) -> list[str]:
    """Why somebody was not let in, in order."""
    refused = of_type(offices.house, "identity.session.refused.v1")
    return [event["reason"] for event in refused]


async def test_setting_up_makes_one_administrator_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        body = setup_body(h, uuid4())
        wrong = await h.call(None, "POST", "/identity/v1/setup", body | {"setup_code": "0" * 32})
        weak = await h.call(None, "POST", "/identity/v1/setup", body | {"password": "short"})
        done = await h.call(None, "POST", "/identity/v1/setup", body)
        again = await h.call(None, "POST", "/identity/v1/setup", body)
        events = announced(h, "identity")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.setup-code-wrong")
    assert (weak.status_code, weak.json()["code"]) == (422, "identity.password-weak")
    assert (done.status_code, done.json()["roles"]) == (201, ["administrator"])
    assert (again.status_code, again.json()["code"]) == (409, "identity.already-set-up")
    assert not (tmp_path / "keys" / "setup.code").exists()
    assert [(event["type"].split(".")[1], event.get("reason")) for event in events] == [
        ("session", "setup_code"),
        ("agency", None),
        ("account", None),
    ]


async def test_an_installation_with_an_administrator_makes_no_code_at_restart(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await Offices.open(h)
    (tmp_path / "keys" / "setup.code").write_text("left by a crash")
    async with house(tmp_path):
        assert not (tmp_path / "keys" / "setup.code").exists()


async def test_a_person_signs_in_and_is_known_everywhere(offices: Offices) -> None:
    answer = await offices.sign_in(ROOT_ADMIN.upper())
    tokens = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert (tokens["expires_in_s"], tokens["roles"]) == (600, ["administrator"])
    me = await offices.call(tokens["access_token"], "GET", "/v1/me")
    assert (me.json()["account_id"], me.json()["name"]) == (tokens["account_id"], "省厅管理员")
    assert "password" not in me.text


async def test_a_token_can_be_verified_by_the_published_keys_alone(offices: Offices) -> None:
    token = await offices.token()
    keys = (await offices.call(None, "GET", "/.well-known/jwks.json")).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        ["EdDSA"],
        audience=AUDIENCE,
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["agency_id"] == str(offices.root_id)


async def test_unknown_wrong_disabled_and_locked_look_the_same(
    offices: Offices, clock: FrozenClock
) -> None:
    token = await offices.token()
    gone = await offices.account(token, offices.root_id, "gone", Role.OFFICER)
    await offices.call(token, "POST", f"/v1/accounts/{gone}/disable")
    answers = [await offices.sign_in("nobody"), await offices.sign_in("gone")]
    answers += [await offices.sign_in(ROOT_ADMIN, WRONG) for _ in range(5)]
    answers.append(await offices.sign_in(ROOT_ADMIN))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "identity.sign-in-refused"
    assert reasons(offices) == ["unknown", "disabled", *["password"] * 5, "locked"]
    clock.move(timedelta(minutes=15))
    assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201


async def test_a_right_password_forgives_the_wrong_ones_before_it(offices: Offices) -> None:
    for _ in range(2):
        for _ in range(4):
            await offices.sign_in(ROOT_ADMIN, WRONG)
        assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201


async def test_each_refresh_token_renews_once_and_a_stolen_one_ends_the_session(
    offices: Offices, clock: FrozenClock
) -> None:
    first = (await offices.sign_in(ROOT_ADMIN)).json()["refresh_token"]
    second = (await refresh(offices, first)).json()["refresh_token"]
    clock.move(timedelta(minutes=1))
    stolen = await refresh(offices, first)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "identity.session-over")
    assert (await refresh(offices, second)).content == stolen.content
    assert reasons(offices) == ["reused_token", "expired_token"]


async def test_a_lost_answer_is_asked_for_again_and_its_token_is_dead(
    offices: Offices, clock: FrozenClock
) -> None:
    first = (await offices.sign_in(ROOT_ADMIN)).json()["refresh_token"]
    lost = (await refresh(offices, first)).json()["refresh_token"]
    clock.move(timedelta(seconds=20))
    second = await refresh(offices, first)
    assert second.status_code == 200
    third = await refresh(offices, second.json()["refresh_token"])
    assert third.status_code == 200
    assert (await refresh(offices, lost)).status_code == 401
    assert (await refresh(offices, third.json()["refresh_token"])).status_code == 401
    assert reasons(offices) == ["reused_token", "expired_token"]


async def test_a_session_is_over_after_its_days_however_often_it_was_renewed(
    offices: Offices, clock: FrozenClock
) -> None:
    token = (await offices.sign_in(ROOT_ADMIN)).json()["refresh_token"]
    for _ in range(3):
        clock.move(timedelta(days=9))
        token = (await refresh(offices, token)).json()["refresh_token"]
    clock.move(timedelta(days=3))
    assert (await refresh(offices, token)).status_code == 401


async def test_signing_out_and_being_disabled_end_sessions(offices: Offices) -> None:
    token = await offices.token()
    li = await offices.account(token, offices.root_id, "li", Role.OFFICER)
    out = (await offices.sign_in("li")).json()["refresh_token"]
    left = (await offices.sign_in("li")).json()["refresh_token"]
    for _ in range(2):
        answer = await offices.call(None, "DELETE", "/v1/sessions/current", {"refresh_token": out})
        assert answer.status_code == 204
    assert (await refresh(offices, out)).status_code == 401
    assert (await offices.call(token, "POST", f"/v1/accounts/{li}/disable")).status_code == 204
    assert (await refresh(offices, left)).status_code == 401
    assert (await refresh(offices, "never given out")).status_code == 401
    assert reasons(offices) == ["expired_token", "disabled", "unknown"]


async def test_a_disabled_administrator_opens_no_back_door(offices: Offices) -> None:
    """The last access token is good for minutes more, but not for this."""
    token = await offices.token()
    bad = await offices.account(token, offices.root_id, "bad", Role.ADMINISTRATOR)
    their = await offices.token("bad")
    await offices.call(token, "POST", f"/v1/accounts/{bad}/disable")
    path = f"/v1/agencies/{uuid4()}"
    body = {
        "name": "后门",
        "parent_id": str(offices.root_id),
        "level": "city",
        "division": "140500",
    }
    answer = await offices.call(their, "PUT", path, body)
    assert (answer.status_code, answer.json()["code"]) == (401, "common.not-signed-in")


def forged(who: Requester, clock: FrozenClock, tmp_path: Path) -> dict[str, str]:
    """Tokens that look right and are not, by what is wrong with them."""
    now, good = clock.now(), SigningKeys.open(tmp_path / "keys")
    stranger = SigningKeys.open(tmp_path / "strange")
    kid = good.jwks()["keys"][0]["kid"]
    ours = jwt.get_unverified_header(good.sign(who, now))
    claims: dict[str, Any] = jwt.decode(good.sign(who, now), options={"verify_signature": False})
    pem = next((tmp_path / "keys").glob("*.pem"))
    key = good._keys[pem.stem]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - to sign what `sign` would not

    def sign(key: Ed25519PrivateKey, **changes: object) -> str:
        return jwt.encode(claims | changes, key, "EdDSA", {"kid": ours["kid"]})

    public = json.dumps(good.jwks()["keys"][0])
    return {
        "nonsense": "nonsense",
        "empty": "",
        "another's key": stranger.sign(who, now),
        "another's key under our name": sign(Ed25519PrivateKey.generate()),
        "expired": good.sign(who, now - timedelta(minutes=10)),
        "another issuer": sign(key, iss="urn:liuhen:somebody"),
        "another audience": sign(key, aud="urn:somebody"),
        "no expiry": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, "EdDSA"),
        "no roles": sign(key, roles=None),
        "a name for a subject": sign(key, sub="张三"),
        "algorithm none": jwt.encode(claims, "", "none", {"kid": kid}),
        "public key as secret": jwt.encode(claims, public * 2, "HS256", {"kid": kid}),
    }


async def test_a_token_that_is_not_ours_as_it_stands_opens_nothing(
    offices: Offices, clock: FrozenClock, tmp_path: Path
) -> None:
    who = person(Role.ADMINISTRATOR, agency_id=offices.root_id)
    tokens = forged(who, clock, tmp_path)
    for wrong, token in tokens.items():
        answer = await offices.call(token, "GET", "/v1/agencies")
        assert answer.status_code == 401, wrong
        assert answer.json()["code"] == "common.not-signed-in", wrong


MALFORMED: Final[list[tuple[str, object]]] = [
    ("/v1/sessions", {}),
    ("/v1/sessions", {"username": "li", "password": ""}),
    ("/v1/sessions", {"username": "li\u0000", "password": PASSWORD}),
    ("/v1/sessions", {"username": "li", "password": "x" * 257}),
    ("/v1/sessions", {"username": "li", "password": PASSWORD, "admin": True}),
    ("/v1/sessions", {"username": ["li"], "password": PASSWORD}),
    ("/v1/sessions/refresh", {"refresh_token": None}),
    ("/v1/setup", {"setup_code": PASSWORD}),
    ("/v1/setup", []),
]


async def test_a_malformed_body_is_refused_and_not_repeated(offices: Offices) -> None:
    for path, body in MALFORMED:
        answer = await offices.call(None, "POST", path, body)
        assert told(answer) == (422, "common.invalid"), (path, body)
        assert PASSWORD not in answer.text


async def test_half_a_character_is_refused_like_any_other_nonsense(offices: Offices) -> None:
    for field in ("username", "password"):
        body = {"username": "li", "password": PASSWORD} | {field: "\ud800 twelve chars"}
        answer = await offices.house.client.post(
            "/identity/v1/sessions",
            content=json.dumps(body),
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 422, field


def bytes_kept(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.glob("*.db*"))


async def test_no_secret_is_in_events_or_in_the_database(offices: Offices, tmp_path: Path) -> None:
    await offices.sign_in(ROOT_ADMIN, WRONG)
    tokens = (await offices.sign_in(ROOT_ADMIN)).json()
    events = json.dumps(announced(offices.house, "identity"))
    kept = bytes_kept(tmp_path)
    for secret in (PASSWORD, WRONG, tokens["refresh_token"], tokens["access_token"]):
        assert secret not in events
        assert secret.encode() not in kept
