"""Signing in, renewing and signing out. A refusal commits its record and is raised afterwards.

All of it across agencies: whose person it is, is what is found out here.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import Session

from common.addresses import place_of
from common.auth import Requester
from common.fence import acting_for_all
from contracts.identity import SessionOpened
from identity import domain, store
from identity.adapters import refresh_tokens
from identity.domain import Account, Family, Login, RefreshToken
from identity.errors import SessionOverError, SignInRefusedError
from identity.operations.context import Context
from identity.operations.strangers import Reason, record_refusal


@dataclass(frozen=True)
class Tokens:
    """What a person gets by signing in or renewing. Never logged, and kept nowhere as it is."""

    account: Account
    access_token: str
    refresh_token: str


def sign_in(ctx: Context, username: str, password: str, address: str | None) -> Tokens:
    """Open a session. Wrong passwords in a row lock a place out for a while: `domain.Lock`.

    Raises:
        SignInRefusedError: nobody got in; the record says why.
        BusyError: too many sign in at once; nothing was looked at.
    """
    place = place_of(address)
    with acting_for_all(), ctx.db.snapshot() as session:
        login = store.find_login(session, domain.normal_username(username))
    # Outside the transaction, because it takes long, and also for nobody, so that an unknown name
    # takes as long as a wrong password.
    fits = ctx.passwords.fits(password, login and login.password_hash)
    with acting_for_all(), ctx.db.transaction() as session:
        login = login and store.hold_login(session, login.account.account_id, place)
        reason = domain.refuse_sign_in(login, ctx.clock.now(), fits=fits)
        if login is None or reason is not None:
            _refuse(ctx, session, reason or "unknown", login, place)
            tokens = None
        else:
            tokens = _open(ctx, session, login.account, place)
    if tokens is None:
        raise SignInRefusedError
    return tokens


def renew(ctx: Context, refresh_token: str) -> Tokens:
    """Exchange a refresh token for a new pair; what happens to old ones: `domain.refuse_renewal`.

    Raises:
        SessionOverError: the token renews nothing; the record says why.
    """
    with acting_for_all(), ctx.db.transaction() as session:
        token = store.find_token(session, refresh_tokens.digest(refresh_token))
        tokens = _renew(ctx, session, token)
    if tokens is None:
        raise SessionOverError
    return tokens


def sign_out(ctx: Context, refresh_token: str) -> None:
    """End the session of a refresh token. Says nothing of tokens that are not known."""
    with acting_for_all(), ctx.db.transaction() as session:
        token = store.find_token(session, refresh_tokens.digest(refresh_token))
        if token is not None:
            store.end_family(session, token.session_id, ctx.clock.now())


def _open(ctx: Context, session: Session, account: Account, place: str) -> Tokens:
    now, lasts = ctx.clock.now(), timedelta(days=ctx.settings.session_lifetime_days)
    family = Family(ctx.ids.new(), account.account_id, now + lasts)
    store.set_lock(session, account.account_id, domain.Lock())
    store.set_lock_here(session, account.account_id, place, domain.Lock(), now)
    store.add_family(session, family)
    event = SessionOpened(
        agency_id=account.agency_id, account_id=account.account_id, session_id=family.session_id
    )
    ctx.outbox.emit(session, event)
    return _give(ctx, session, family, account)


def _renew(ctx: Context, session: Session, token: RefreshToken | None) -> Tokens | None:
    family = token and store.find_family(session, token.session_id)
    account = family and store.find_account(session, family.account_id)
    if token is None or family is None or account is None:
        record_refusal(ctx, session, None, "unknown")
        return None
    now = ctx.clock.now()
    successor = store.find_token(session, token.replaced_by) if token.replaced_by else None
    reason = domain.refuse_renewal(token, successor, family, account, now)
    if reason is not None:
        if reason == "reused_token":
            store.end_family(session, family.session_id, now)
        record_refusal(ctx, session, account, reason)
        return None
    if successor is not None:  # its answer was lost; dead now, so that its use would be noticed
        store.save_token(session, replace(successor, used_at=now))
    tokens = _give(ctx, session, family, account)
    digest = refresh_tokens.digest(tokens.refresh_token)
    store.save_token(session, replace(token, used_at=token.used_at or now, replaced_by=digest))
    return tokens


def _give(ctx: Context, session: Session, family: Family, account: Account) -> Tokens:
    refresh_token = refresh_tokens.make()
    digest = refresh_tokens.digest(refresh_token)
    store.add_token(session, RefreshToken(digest, family.session_id))
    who = Requester(
        subject=account.account_id,
        agency_id=account.agency_id,
        unit_id=account.unit_id,
        roles=account.roles,
        bound_to=account.bound_to,
    )
    return Tokens(account, ctx.keys.sign(who, ctx.clock.now()), refresh_token)


def _refuse(
    ctx: Context, session: Session, reason: Reason, login: Login | None, place: str
) -> None:
    if login is not None and reason == "password":
        _count_failure(ctx, session, login, place)
    record_refusal(ctx, session, login and login.account, reason)


def _count_failure(ctx: Context, session: Session, login: Login, place: str) -> None:
    now, lasts = ctx.clock.now(), timedelta(minutes=ctx.settings.lock_minutes)
    account_id, settings = login.account.account_id, ctx.settings
    here = domain.count_failure(login.lock_here, now, settings.sign_in_failures_max, lasts)
    store.set_lock_here(session, account_id, place, here, now)
    everywhere_max = settings.sign_in_failures_everywhere_max
    lock = domain.count_failure(login.lock, now, everywhere_max, lasts)
    store.set_lock(session, account_id, lock)
