"""Who may call ingest's routes, and what each route is given."""

from typing import Annotated

from fastapi import Depends, Query, Request

from common.auth import Requester, may_call
from contracts.identity import Role
from ingest.operations.context import Context


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Officer = Annotated[Requester, may_call(Role.OFFICER)]
Custodian = Annotated[Requester, may_call(Role.CUSTODIAN)]
CustodianOrLeader = Annotated[Requester, may_call(Role.CUSTODIAN, Role.LEADER)]
OfficerOrCustodian = Annotated[Requester, may_call(Role.OFFICER, Role.CUSTODIAN)]
HeadOrLeader = Annotated[Requester, may_call(Role.UNIT_HEAD, Role.LEADER)]
CustodianOrHead = Annotated[Requester, may_call(Role.CUSTODIAN, Role.UNIT_HEAD)]
Tester = Annotated[Requester, may_call(Role.OFFICER, Role.ADMINISTRATOR)]
Staff = Annotated[
    Requester,
    may_call(Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER),
]

Limit = Annotated[int, Query(ge=1, le=200)]
"""How many a page of a list has."""
