"""What several operations share: propose a class, schedule clips, weigh what binds a clip."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from common.fence import across_agencies
from contracts.retention import ClassProposed, ClipScheduled
from retention import store
from retention.domain import cases, periods
from retention.domain.cases import CaseFile, Clip, Law, Proposed
from retention.domain.disposals import Standing
from retention.domain.periods import Schedule
from retention.domain.proposals import propose
from retention.domain.rules import RetentionRules
from retention.operations.context import Context, rules_behind, rules_of


def propose_class(ctx: Context, session: Session, case: CaseFile) -> None:
    """Propose by the pack in force on the day the act ended; none says it: ask, never default."""
    if case.ended is None:
        return
    pack = ctx.rulebook.in_force(session, case.agency_id, case.ended.on)
    rules = rules_of(pack)
    proposed = None
    if pack and rules:
        chosen = propose(rules, case.ended.category, case.ended.traits).chosen
        proposed = Proposed(chosen.kept.id, chosen.rule_id, pack.name, pack.sha256)
    store.save_case(session, replace(case, proposed=proposed))
    if proposed and proposed != case.proposed:
        event = ClassProposed(
            agency_id=case.agency_id,
            case_id=case.case_id,
            class_id=proposed.class_id,
            rule_id=proposed.rule_id,
            pack_sha256=proposed.pack_sha256,
        )
        ctx.outbox.emit(session, event)


def law_of(session: Session, case: CaseFile) -> Law | None:
    """What rules the case; None while nothing is proposed."""
    if case.ended is None or case.proposed is None:
        return None
    rules = rules_behind(session, case.proposed)
    if rules is None:
        return None
    confirmed = cases.ruling(rules, case.ended, store.confirmations(session, case.case_id))
    return Law(rules, case.ended, case.proposed.pack_sha256, confirmed)


def schedule_clips(
    ctx: Context, session: Session, case: CaseFile, clip_ids: Iterable[UUID]
) -> None:
    """Give clips the period of their case, if it has one. Never shortens what they have."""
    law = law_of(session, case)
    if law is None or law.confirmed is None:
        return
    _, match = law.confirmed
    schedule = periods.for_case(law.rules, match, case.case_id, law.ended.on, law.pack_sha256)
    for clip_id in clip_ids:
        known = store.find_schedule(session, clip_id)
        if known is None or schedule.outlasts(known):
            store.save_schedule(session, clip_id, schedule)
            ctx.outbox.emit(session, _scheduled(case, clip_id, schedule))


def standing_of(ctx: Context, session: Session, clip: Clip) -> Standing:
    """Everything that binds a clip at this moment."""
    # Of former cases too: taking a clip out of a case must free it from nothing.
    serves = {link.case_id for link in store.links_of_clip(session, clip.clip_id)}
    rules, _ = floor_of(ctx, session, clip)
    with across_agencies(session):  # a hold that is out of sight must not seem not to be there
        holds = store.holds_of(session, serves)
    return Standing(
        schedule=schedule_of(ctx, session, clip),
        holds=[hold for hold in holds if hold.released_at is None],
        undecided=serves > store.confirmed(session, serves),
        decided_by=rules.decided_by.citation if rules else None,
    )


def schedule_of(ctx: Context, session: Session, clip: Clip) -> Schedule | None:
    """The one schedule that binds a clip: the longest of its cases' and the floor."""
    _, floor = floor_of(ctx, session, clip)
    known = store.find_schedule(session, clip.clip_id)
    return periods.longest(schedule for schedule in (known, floor) if schedule)


def floor_of(
    ctx: Context, session: Session, clip: Clip
) -> tuple[RetentionRules | None, Schedule | None]:
    """The least that holds for any clip, by the pack in force on the day it was recorded."""
    if clip.recorded_on is None:
        return None, None
    pack = ctx.rulebook.in_force(session, clip.agency_id, clip.recorded_on)
    rules = rules_of(pack)
    if pack is None or rules is None:
        return None, None
    return rules, periods.outside_cases(rules, clip.recorded_on, pack.sha256)


def _scheduled(case: CaseFile, clip_id: UUID, schedule: Schedule) -> ClipScheduled:
    return ClipScheduled(
        agency_id=case.agency_id,
        clip_id=clip_id,
        case_id=case.case_id,
        keep_until=schedule.keep_until,
        class_id=schedule.class_id,
        rule_id=schedule.rule_id,
        pack_sha256=schedule.pack_sha256,
    )
