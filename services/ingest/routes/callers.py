"""Who may call ingest's routes, and what each route is given."""

from typing import Annotated

from fastapi import Depends, Request

from common.auth import Requester, may_call
from contracts.identity import Role
from ingest.operations.context import Context


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Officer = Annotated[Requester, may_call(Role.OFFICER)]
Custodian = Annotated[Requester, may_call(Role.CUSTODIAN)]
OfficerOrCustodian = Annotated[Requester, may_call(Role.OFFICER, Role.CUSTODIAN)]
HeadOrLeader = Annotated[Requester, may_call(Role.UNIT_HEAD, Role.LEADER)]
CustodianOrHead = Annotated[Requester, may_call(Role.CUSTODIAN, Role.UNIT_HEAD)]
Staff = Annotated[
    Requester,
    may_call(Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER),
]
