"""HTTP face of identity: parse, call one operation, render."""

from datetime import datetime
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from common.auth import Requester, may_call, public
from common.fields import Line
from contracts.identity import Level, Role
from identity import domain
from identity.adapters.keys import LIFETIME
from identity.domain import Account, Agency, Unit
from identity.operations import accounts, sessions, tree
from identity.operations.context import Context
from identity.operations.sessions import Tokens

router = APIRouter()
v1 = APIRouter(prefix="/v1")

T = TypeVar("T")


def context(request: Request) -> Context:
    return request.app.state.ctx


def _distinct(values: list[T]) -> list[T]:
    if len(set(values)) < len(values):
        raise ValueError("twice the same")
    return values


def _whole(secret: SecretStr) -> SecretStr:
    """JSON can hold half a character; nothing can hash it."""
    secret.get_secret_value().encode()
    return secret


Ctx = Annotated[Context, Depends(context)]
Administrator = Annotated[Requester, may_call(Role.ADMINISTRATOR)]
Insider = Annotated[Requester, may_call(*(set(Role) - domain.OUTSIDERS))]
Anyone = Annotated[Requester, may_call(*Role)]

Secret = Annotated[SecretStr, Field(min_length=1, max_length=256), AfterValidator(_whole)]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]
Distinct = AfterValidator(_distinct)
DISTINCT: dict[str, Any] = {"uniqueItems": True}
Limit = Annotated[int, Query(ge=1, le=500)]
NAMED_MAX = 100
"""How many people are named at once: their ids stand in an address of 8 KiB at most."""


class Body(BaseModel):
    """What a client sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class RootIn(Body):
    """The topmost agency."""

    agency_id: UUID
    name: Line
    level: Level
    division: Division


class SetupIn(Body):
    """The first administrator and the agency at the top."""

    setup_code: Secret
    username: Line
    password: Secret
    name: Line
    agency: RootIn


class AgencyIn(Body):
    """An agency below another one."""

    name: Line
    parent_id: UUID
    level: Level
    division: Division


class AgencyOut(BaseModel):
    """An agency and where it stands."""

    agency_id: UUID
    parent_id: UUID | None
    name: str
    level: Level
    division: str

    @classmethod
    def of(cls, agency: Agency) -> Self:
        return cls.model_validate(agency, from_attributes=True)


class AgenciesOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[AgencyOut]
    next: UUID | None


class UnitIn(Body):
    """A unit of an agency."""

    agency_id: UUID
    name: Line


class UnitOut(BaseModel):
    """A unit of an agency."""

    unit_id: UUID
    agency_id: UUID
    name: str


class AccountIn(Body):
    """A person who is to sign in, with a first password."""

    agency_id: UUID
    unit_id: UUID | None = None
    username: Line
    password: Secret
    name: Line
    cert_no: Line | None = None
    roles: Annotated[list[Role], Field(min_length=1, json_schema_extra=DISTINCT), Distinct]
    bound_to: Annotated[
        list[UUID], Field(max_length=100, json_schema_extra=DISTINCT), Distinct
    ] = []

    def to_account(self, account_id: UUID) -> Account:
        return Account(
            account_id=account_id,
            agency_id=self.agency_id,
            unit_id=self.unit_id,
            username=self.username,
            name=self.name,
            cert_no=self.cert_no,
            roles=frozenset(self.roles),
            bound_to=frozenset(self.bound_to),
        )


class AccountOut(BaseModel):
    """An account; its password is nobody's business."""

    account_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    username: str
    name: str
    cert_no: str | None
    roles: list[Role]
    bound_to: list[UUID]
    disabled_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> Self:
        sets = {"roles": sorted(account.roles), "bound_to": sorted(account.bound_to)}
        return cls.model_validate(vars(account) | sets)


class AccountsOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[AccountOut]
    next: UUID | None


class ColleagueOut(BaseModel):
    """Who somebody is whom a clip or a case names by an id."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    name: str
    unit_id: UUID | None


class ColleaguesOut(BaseModel):
    """Those that were found; an id that is nobody's of the agency is not among them."""

    items: list[ColleagueOut]


class SignInIn(Body):
    """Who wants in."""

    username: Line
    password: Secret


class RefreshIn(Body):
    """A refresh token, in the body because addresses are logged."""

    refresh_token: Secret


class TokensOut(BaseModel):
    """A pair of tokens and whose they are."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    account_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    roles: list[Role]


@router.get("/.well-known/jwks.json")
@public
def get_keys(ctx: Ctx) -> dict[str, list[dict[str, str]]]:
    return ctx.keys.jwks()


@v1.post("/setup", status_code=201)
@public
def set_up(ctx: Ctx, body: SetupIn) -> AccountOut:
    root = body.agency
    agency = Agency(
        root.agency_id,
        None,
        root.name,
        root.level,
        root.division,
        domain.path_below(None, root.agency_id),
    )
    code, password = body.setup_code.get_secret_value(), body.password.get_secret_value()
    return AccountOut.of(accounts.set_up(ctx, code, agency, body.username, body.name, password))


@v1.put("/agencies/{agency_id}", status_code=201)
def register_agency(ctx: Ctx, who: Administrator, agency_id: UUID, body: AgencyIn) -> AgencyOut:
    return AgencyOut.of(tree.register_agency(ctx, who, agency_id, **dict(body)))


@v1.get("/agencies")
def list_agencies(
    ctx: Ctx, who: Insider, cursor: UUID | None = None, limit: Limit = 200
) -> AgenciesOut:
    found = tree.list_agencies(ctx, who, cursor, limit + 1)
    items = [AgencyOut.of(agency) for agency in found[:limit]]
    return AgenciesOut(items=items, next=items[-1].agency_id if len(found) > limit else None)


@v1.put("/units/{unit_id}", status_code=201)
def register_unit(ctx: Ctx, who: Administrator, unit_id: UUID, body: UnitIn) -> UnitOut:
    unit = tree.register_unit(ctx, who, Unit(unit_id, body.agency_id, body.name))
    return UnitOut(**vars(unit))


@v1.put("/accounts/{account_id}", status_code=201)
def open_account(ctx: Ctx, who: Administrator, account_id: UUID, body: AccountIn) -> AccountOut:
    account = body.to_account(account_id)
    password = body.password.get_secret_value()
    return AccountOut.of(accounts.open_account(ctx, who, account, password))


@v1.get("/accounts")
def list_accounts(
    ctx: Ctx,
    who: Administrator,
    agency_id: UUID,
    cursor: UUID | None = None,
    limit: Limit = 200,
) -> AccountsOut:
    found = accounts.list_accounts(ctx, who, agency_id, cursor, limit + 1)
    items = [AccountOut.of(account) for account in found[:limit]]
    return AccountsOut(items=items, next=items[-1].account_id if len(found) > limit else None)


@v1.post("/accounts/{account_id}/disable", status_code=204)
def disable_account(ctx: Ctx, who: Administrator, account_id: UUID) -> None:
    accounts.disable_account(ctx, who, account_id)


@v1.get("/colleagues")
def name_colleagues(
    ctx: Ctx,
    who: Insider,
    account_id: Annotated[list[UUID], Query(min_length=1, max_length=NAMED_MAX)],
) -> ColleaguesOut:
    """Names and units of the own agency's staff, by their accounts' ids; nothing else of them."""
    found = accounts.name_colleagues(ctx, who, account_id)
    return ColleaguesOut(items=[ColleagueOut.model_validate(one) for one in found])


@v1.get("/me")
def get_me(ctx: Ctx, who: Anyone) -> AccountOut:
    return AccountOut.of(accounts.find_own(ctx, who))


@v1.post("/sessions", status_code=201)
@public
def sign_in(ctx: Ctx, body: SignInIn, request: Request, response: Response) -> TokensOut:
    address = request.client.host if request.client else None
    tokens = sessions.sign_in(ctx, body.username, body.password.get_secret_value(), address)
    return _hand_out(tokens, response)


@v1.post("/sessions/refresh")
@public
def renew(ctx: Ctx, body: RefreshIn, response: Response) -> TokensOut:
    return _hand_out(sessions.renew(ctx, body.refresh_token.get_secret_value()), response)


@v1.delete("/sessions/current", status_code=204)
@public
def sign_out(ctx: Ctx, body: RefreshIn) -> None:
    sessions.sign_out(ctx, body.refresh_token.get_secret_value())


def _hand_out(tokens: Tokens, response: Response) -> TokensOut:
    response.headers["Cache-Control"] = "no-store"
    account = tokens.account
    return TokensOut(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in_s=int(LIFETIME.total_seconds()),
        account_id=account.account_id,
        agency_id=account.agency_id,
        unit_id=account.unit_id,
        roles=sorted(account.roles),
    )


router.include_router(v1)
