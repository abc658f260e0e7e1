"""Who stands where, who may sign in, and what a refresh token is still worth. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from contracts.identity import Level, Role

PASSWORD_LENGTH_MIN: Final = 12
"""In characters. Length outdoes rules about kinds of characters. Source: NIST SP 800-63B, 3.1.1."""
LOST_ANSWER: Final = timedelta(seconds=30)
"""How long a renewed token may be presented again: a phone that lost the answer tries soon."""
FAILURES_KEPT: Final = timedelta(days=1)
"""After the last wrong password from a place, how long it is remembered there."""
OUTSIDERS: Final = frozenset({Role.PARTY, Role.LAWYER})

_RANKS: Final = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.AGENCY)

SignInRefusal: TypeAlias = Literal["unknown", "password", "disabled", "locked"]
RenewalRefusal: TypeAlias = Literal["disabled", "reused_token", "expired_token"]


@dataclass(frozen=True)
class Agency:
    """An agency and its place: `path` names all agencies above it and itself, topmost first."""

    agency_id: UUID
    parent_id: UUID | None
    name: str
    level: Level
    division: str
    path: str


@dataclass(frozen=True)
class Unit:
    """A unit (承办机构) of an agency."""

    unit_id: UUID
    agency_id: UUID
    name: str


@dataclass(frozen=True)
class Account:
    """A person who may sign in. `bound_to` is what an outsider's account was opened for."""

    account_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    username: str
    name: str
    cert_no: str | None
    """执法证号."""
    roles: frozenset[Role]
    bound_to: frozenset[UUID]
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class Lock:
    """Failures in a row, and until when nobody gets in after too many of them.

    There are two. One is for the place that the failures come from: whoever knows a user name can
    only lock their own place out of it, again and again, but not its owner. The other is for the
    whole account and takes many more: from one place it falls for a quarter of an hour in every
    five hours; only a crowd of places can hold it, and then guessing has to stop. Sessions that
    are open are renewed all the while. ADR-0012.
    """

    failures: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Login:
    """All that signing in looks at."""

    account: Account
    password_hash: str
    lock: Lock
    lock_here: Lock = Lock()


@dataclass(frozen=True)
class Family:
    """A session: all refresh tokens that descend from one sign-in."""

    session_id: UUID
    account_id: UUID
    expires_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token, known by its digest only, and what became of it."""

    sha256: str
    session_id: UUID
    used_at: datetime | None = None
    replaced_by: str | None = None
    """The digest of the token given for it; None also where that one was given up as lost."""


def path_below(parent: Agency | None, agency_id: UUID) -> str:
    """The place of an agency under `parent`. Ends in a slash, so that prefixes are whole ids."""
    return f"{parent.path if parent else '/'}{agency_id.hex}/"


def is_within(path: str, top: str) -> bool:
    """Whether the agency at `path` is the one at `top` or stands somewhere below it."""
    return path.startswith(top)


def may_stand_below(level: Level, parent: Level) -> bool:
    """A province is not part of a county; only agencies may have others of their own rank."""
    return _RANKS.index(level) > _RANKS.index(parent) or level == parent == Level.AGENCY


def normal_username(typed: str) -> str:
    """The form in which user names are kept and compared, so that look-alikes are the same."""
    return unicodedata.normalize("NFKC", typed).casefold()


def is_password_weak(password: str, username: str) -> bool:
    return len(password) < PASSWORD_LENGTH_MIN or normal_username(password) == normal_username(
        username
    )


def may_hold(roles: frozenset[Role], bound_to: frozenset[UUID]) -> bool:
    """Outsiders are nothing else, and only they are bound to what they may ask about."""
    return roles <= OUTSIDERS or (roles.isdisjoint(OUTSIDERS) and not bound_to)


def refuse_sign_in(login: Login | None, now: datetime, *, fits: bool) -> SignInRefusal | None:
    """Why nobody gets in, or None. While locked not even the right password opens."""
    if login is None:
        return "unknown"
    if any(lock.until is not None and now < lock.until for lock in (login.lock, login.lock_here)):
        return "locked"
    if not fits:
        return "password"
    return "disabled" if login.account.disabled_at else None


def count_failure(lock: Lock, now: datetime, failures_max: int, lasts: timedelta) -> Lock:
    """The lock after one more wrong password."""
    failures = lock.failures + 1
    return Lock(0, now + lasts) if failures >= failures_max else Lock(failures)


def refuse_renewal(
    token: RefreshToken,
    successor: RefreshToken | None,
    family: Family,
    account: Account,
    now: datetime,
) -> RenewalRefusal | None:
    """Why `token` renews nothing, or None.

    A token renews once. Presented again it was stolen or copied, and the whole family must end,
    unless it is a lost answer: the same token within `LOST_ANSWER` while its successor was never
    used. That is tolerated, because phones work where answers get lost, and costs little: the
    unused successor dies, so that whoever holds it, thief or owner, is noticed at its next use.
    Source: RFC 9700, 4.14.2.
    """
    if token.used_at is not None and not _is_answer_lost(token, token.used_at, successor, now):
        return "reused_token"
    if account.disabled_at is not None:
        return "disabled"
    if family.ended_at is not None or now >= family.expires_at:
        return "expired_token"
    return None


def _is_answer_lost(
    token: RefreshToken, used_at: datetime, successor: RefreshToken | None, now: datetime
) -> bool:
    return (
        successor is not None
        and successor.sha256 == token.replaced_by
        and successor.used_at is None
        and now - used_at <= LOST_ANSWER
    )
