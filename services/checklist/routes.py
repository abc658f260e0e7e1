"""HTTP face of checklist: parse, call one operation, render."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from checklist.domain.activation import Activation
from checklist.domain.findings import Finding
from checklist.domain.judgement import State
from checklist.domain.pack import Checklist, PackHead
from checklist.operations import Context, activating, judging
from common.auth import Requester, may_call
from common.events import Code
from common.packs import Pack
from contracts.identity import Role

router = APIRouter(prefix="/v1")


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Anyone = Annotated[Requester, may_call(*Role)]
"""The law is public; a signed-in outsider may read it too."""
Staff = Annotated[
    Requester,
    may_call(Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER),
]
Responsible = Annotated[Requester, may_call(Role.LEGAL_REVIEWER, Role.LEADER)]
"""Who may say what law rules the agency."""


class ActivationIn(BaseModel):
    """Which pack shall rule, and from which day in Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid")

    pack: Code
    valid_from: date


class ActivationOut(BaseModel):
    """A proposal and what became of it."""

    activation_id: UUID
    state: Literal["proposed", "confirmed"]
    pack: str
    sha256: str
    valid_from: date
    proposed_by: UUID
    confirmed_by: UUID | None


class ActivationsOut(BaseModel):
    """An agency's activations, the last proposed first."""

    items: Sequence[ActivationOut]
    next: None = None


class PackOut(BaseModel):
    """Whose law a pack is, and the digest of its bytes."""

    name: str
    sha256: str
    head: PackHead


class PacksOut(BaseModel):
    """The packs that came with the product."""

    items: Sequence[PackOut]
    next: None = None


class PackTextOut(PackOut):
    """A pack in full: its rows with text, reading and citation, and its files as they are."""

    checklist: Checklist | None
    files: Mapping[str, str]


class EvaluationOut(BaseModel):
    """How an activity stands, and why."""

    activity_id: UUID
    case_id: UUID
    evaluated_at: datetime
    state: State
    act_on: date
    pack: str | None
    pack_sha256: str | None
    notice: str | None
    findings: Sequence[Finding]


@router.put("/activations/{activation_id}", status_code=201)
def propose(ctx: Ctx, who: Responsible, activation_id: UUID, body: ActivationIn) -> ActivationOut:
    return _shown(activating.propose(ctx, who, activation_id, body.pack, body.valid_from))


@router.post("/activations/{activation_id}/confirm")
def confirm(ctx: Ctx, who: Responsible, activation_id: UUID) -> ActivationOut:
    return _shown(activating.confirm(ctx, who, activation_id))


@router.get("/activations")
def activations(ctx: Ctx, who: Staff) -> ActivationsOut:
    return ActivationsOut(items=[_shown(each) for each in activating.activations(ctx, who)])


@router.get("/packs")
def packs(_who: Anyone) -> PacksOut:
    return PacksOut(items=[_headed(pack) for pack in activating.packs()])


@router.get("/packs/{name}")
def pack(ctx: Ctx, _who: Anyone, name: Code) -> PackTextOut:
    found = activating.find_pack(name)
    headed = _headed(found)
    return PackTextOut(
        name=name,
        sha256=headed.sha256,
        head=headed.head,
        checklist=ctx.library.checklist(found, headed.sha256),
        files=found.files,
    )


@router.get("/activities/{activity_id}/evaluation")
def evaluation(ctx: Ctx, who: Staff, activity_id: UUID) -> EvaluationOut:
    found = judging.evaluation(ctx, who, activity_id)
    return EvaluationOut(
        activity_id=activity_id,
        case_id=found.activity.case_id,
        evaluated_at=found.evaluated_at,
        **vars(found.judgement),
    )


def _headed(pack: Pack) -> PackOut:
    return PackOut(name=pack.name, sha256=pack.sha256, head=pack.read("pack.yaml", PackHead))


def _shown(activation: Activation) -> ActivationOut:
    return ActivationOut(
        activation_id=activation.activation_id,
        state="confirmed" if activation.confirmed_by else "proposed",
        pack=activation.pack,
        sha256=activation.sha256,
        valid_from=activation.valid_from,
        proposed_by=activation.proposed_by,
        confirmed_by=activation.confirmed_by,
    )
