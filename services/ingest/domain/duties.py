"""Whether what must be done about a clip is done in time, by the pack in force. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.ingest import TimeOrigin
from ingest.domain.clip import LEGAL_TIME
from ingest.domain.clocks import Clocks, Return, Span, Told
from ingest.domain.law import Duty, IngestRules

STARTS: Final = {"recorded_end": "录制结束", "returned_at": "返回单位"}
UNRULED: Final = (
    "本机关在录制当日没有启用对存储、移交期限作出规定的规范包，系统不能判定是否按时；"
    "请本机关说明适用的规定，或者启用相应的规范包。"
)
"""What is asked where no pack, or one that is silent, rules the day of the recording."""
QUARANTINED: Final = (
    "收到的内容与登记的摘要不一致，已隔离，不能作为已存储的资料；请核对后以新编号重新上传。"
)
ENDED: Final = "上传已终止或者过期，内容未入库；终止上传不免除本条义务，请重新上传。"
LOST: Final = "经复核，收到的内容确已损坏，且没有其他存本，本条已无法完成。"
PENDING: Final = "已申报返回时间，尚未经他人确认，暂不计入。"
ORIGINS: Final = {
    TimeOrigin.MANIFEST: "设备导出清单",
    TimeOrigin.FILE_NAME: "文件名",
    TimeOrigin.EMBEDDED: "文件内嵌信息",
    TimeOrigin.MODIFIED: "存储卡上的文件修改时间",
    TimeOrigin.MOMENT: "无人说明，按开始后一秒计",
}
NO_TIME: Final = timedelta(0)
NO_DATE: Final = "设备申报的录制结束时刻超出可以计算的范围，请说明实际时刻。"


class State(StrEnum):
    """How a duty about a clip stands."""

    NOT_YET_DUE = "not_yet_due"
    DUE_SOON = "due_soon"
    MET = "met"
    LATE = "late"
    FAILED = "failed"  # it was not done, and cannot be any more: there is no recording
    UNJUDGED = "cannot_be_judged"
    DOES_NOT_APPLY = "does_not_apply"


@dataclass(frozen=True)
class Standing:
    """How one duty about one clip stands, and from what that follows."""

    duty: Duty
    state: State
    why: str
    """In Chinese; where it cannot be judged, what to ask."""
    computed_from: Mapping[str, datetime]
    due_at: datetime | None = None
    warn_at: datetime | None = None
    done_at: datetime | None = None
    late: timedelta | None = None
    """By how much at least: from `due_latest_at` until it was done, or until now."""
    due_latest_at: datetime | None = None
    """When it may have been due at the latest, by the device's clock and whichever law ruled by it;
    `due_at` is the strict end. The same where that clock leaves nothing open."""
    due_lenient_at: datetime | None = None
    """When it is due if the law is read more leniently, from the same start as `due_at`: it is the
    law that leaves this open, the clock what `due_latest_at` does. Nothing is judged by it."""
    is_between: bool = False
    """Whether it was done, or now is, between the two: then nobody can say that it is late."""
    is_disputed: bool = False
    """Whether another law that may have ruled does not hold it for late, however long it takes."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done, in time or late."""
        return (self.state in TO_BE_DONE or self.is_between) and self.done_at is None


TO_BE_DONE: Final = frozenset({State.NOT_YET_DUE, State.DUE_SOON, State.LATE})


def standings(rules: IngestRules, clocks: Clocks, now: datetime) -> Sequence[Standing]:
    """How each duty of a pack stands."""
    return [standing(rules, duty, clocks, now) for duty in rules.duties]


def standing(rules: IngestRules, duty: Duty, clocks: Clocks, now: datetime) -> Standing:
    """How a duty stands at `now`. Never met by silence: only by an instant that was told.

    Nor by an upload that was ended, nor by a film that was quarantined: that one is not the
    recording, so neither what was stored nor when it was exported says anything of it.
    """
    stand = _standing(rules, duty, clocks, now)
    why = stand.why + _counted_otherwise(rules, stand, now)
    if duty.since in stand.computed_from:
        why += _claimed(duty, clocks)
    if clocks.is_lost and stand.is_open:
        return replace(stand, state=State.FAILED, is_between=False, why=why + LOST)
    return replace(stand, why=why)


def _counted_otherwise(rules: IngestRules, stand: Standing, now: datetime) -> str:
    """By when it is due if the law is read more leniently, where that is of interest."""
    lenient = stand.due_lenient_at
    if rules.hours is None or lenient is None or stand.state is State.MET:
        return ""
    said = f"参照{rules.hours.citation}不计开始的小时的，期限为 {told(lenient)}"
    in_time = (stand.done_at or now) <= lenient
    verdict = "，按此尚未逾期，须由人判定" if stand.state is State.LATE and in_time else ""
    return f"{said}{verdict}。"


def _claimed(duty: Duty, clocks: Clocks) -> str:
    """That the instant from which a period runs is a claim, and whose."""
    start, end = clocks.recorded_start_from, clocks.recorded_end_from
    if duty.since != "recorded_end" or end is None:
        return ""
    origins = [ORIGINS[one] for one in (start, end) if one]
    return f"录制起止时刻系声称（{'、'.join(dict.fromkeys(origins))}），未经核实。"


def _standing(rules: IngestRules, duty: Duty, clocks: Clocks, now: datetime) -> Standing:
    returned = _returned(rules, clocks)
    if duty.when == "returned" and returned is None:
        why = "没有经他人确认的返回申报，本条所指情形不成立，不适用本条。"
        return Standing(duty, State.DOES_NOT_APPLY, why, {})
    if duty.when == "not_returned" and returned is not None:
        used = {"returned_at": returned.returned_at}
        return Standing(
            duty, State.DOES_NOT_APPLY, "已有经确认的返回时间，改按返回后的规定。", used
        )
    since = returned.returned_at if duty.when == "returned" and returned else None
    used = {duty.since: since or clocks.recorded_end.at}
    if clocks.is_quarantined:
        clocks = replace(clocks, stored=None, exported=None)
    try:
        began = Span(since, since) if since else _believed(rules, clocks)
        if since is None and (clocks.ahead() or NO_TIME) > rules.clock.tolerance:
            began, used["told_at"] = clocks.over(), clocks.recorded_end.told_at
        if since is None:
            told(clocks.recorded_end.at)
        due_at, due_latest_at = duty.due_at(began.earliest), duty.due_at(began.latest)
        due_lenient_at = rules.lenient_end(duty, began.earliest)
        told(max(due_latest_at, due_lenient_at or due_latest_at))
    except OverflowError:
        return Standing(duty, State.UNJUDGED, NO_DATE, used)
    if since is None and clocks.device and "told_at" not in used:
        used |= {"recorded_end_earliest": began.earliest, "recorded_end_latest": began.latest}
    done = _done(rules, duty, clocks, due_at)
    draft = Standing(
        duty,
        State.UNJUDGED,
        done.question,
        used | done.used,
        due_at=due_at,
        due_latest_at=due_latest_at,
        due_lenient_at=due_lenient_at,
    )
    if done.question or _contradicts(rules, clocks, done, now):
        return draft if done.question else replace(draft, why=_clock_question(rules, clocks))
    return _timely(rules, clocks, replace(draft, done_at=done.at), done.lacks, now)


def _believed(rules: IngestRules, clocks: Clocks) -> Span:
    """When the recording ended, as far as it can be believed: nobody tells of what is not over yet.

    Raises:
        OverflowError: there is no such instant.
    """
    ended = clocks.ended()
    believed = clocks.recorded_end.told_at + rules.clock.tolerance
    return Span(ended.earliest, min(ended.latest, believed))


def _returned(rules: IngestRules, clocks: Clocks) -> Return | None:
    """The return that counts: the one confirmed last, for a reason that this law knows."""
    reasons = rules.returns.reasons if rules.returns else {}
    counting = [one for one in clocks.returns if one.confirmed_at and one.reason in reasons]
    return max(counting, key=lambda one: one.confirmed_at or one.declared_at, default=None)


@dataclass(frozen=True)
class _Done:
    """When the act of a duty was done, as far as that can be told."""

    at: datetime | None
    used: dict[str, datetime]
    lacks: str = ""
    """What is still to be done, for the explanation."""
    question: str = ""
    """What must be asked, where it cannot be told."""


def _done(rules: IngestRules, duty: Duty, clocks: Clocks, due_at: datetime) -> _Done:
    if duty.act == "stored":
        return _stored(rules, duty, clocks)
    if duty.act == "handed_over":
        return _at("handed_over_at", clocks.handed_over, "管理人员尚未签收")
    if clocks.exported is None and clocks.stored is not None:
        # Nobody said when; but what is stored here was exported by then.
        if clocks.stored.at <= due_at:
            return _at("stored_at", clocks.stored, "")
        ask = "未申报导出时刻，而入库已在期限之后：请说明何时导出，由人判定是否按时。"
        return _Done(None, {"stored_at": clocks.stored.at}, question=ask)
    return _at("exported_at", clocks.exported, "尚未导出")


def _stored(rules: IngestRules, duty: Duty, clocks: Clocks) -> _Done:
    fields = rules.fields_of(duty)
    outside = clocks.designated if duty.or_designated else None
    if outside and (clocks.stored is None or outside.at < clocks.stored.at):
        return _at("designated_at", outside, "")
    if clocks.stored is None or not fields:
        return _at("stored_at", clocks.stored, "尚未入库")
    used, names = {"stored_at": clocks.stored.at}, rules.names()
    missing = clocks.index.missing(fields)
    indexed_at = clocks.index.complete_at(fields)
    if indexed_at is None:
        return _Done(None, used, f"尚未填写：{'、'.join(names[field] for field in missing)}")
    return _Done(max(clocks.stored.at, indexed_at), used | {"indexed_at": indexed_at})


def _at(name: str, clock: Told | None, lacks: str) -> _Done:
    return _Done(clock.at, {name: clock.at}) if clock else _Done(None, {}, lacks)


def _contradicts(rules: IngestRules, clocks: Clocks, done: _Done, now: datetime) -> bool:
    """Whether the clocks say what cannot be: then none of them proves that it was in time."""
    if done.at is None:
        return False
    latest = clocks.stored.at if clocks.stored else now
    too_early = clocks.ended().earliest - done.at > rules.clock.tolerance
    # Only what a device says of its export can be later than now.
    too_late = clocks.exported is not None and clocks.exported.at - latest > rules.clock.tolerance
    return too_early or ("exported_at" in done.used and too_late)


def _clock_question(rules: IngestRules, clocks: Clocks) -> str:
    return (
        f"设备申报的录制结束时刻（{told(clocks.recorded_end.at)}）或者导出时刻与其他时刻先后矛盾，"
        f"超出时钟误差，不能据以判定；请核实设备时钟。{rules.clock.note}"
    )


def _timely(
    rules: IngestRules, clocks: Clocks, draft: Standing, lacks: str, now: datetime
) -> Standing:
    """The standing by the clock alone, once it is known when it was due and whether it is done."""
    duty, due_at, done_at = draft.duty, draft.due_at or now, draft.done_at
    latest = draft.due_latest_at or due_at
    start = _start(duty, draft.computed_from)
    limit = f"应于 {told(due_at)} 前完成；"
    returned = _returned(rules, clocks)
    pending = "" if returned or not clocks.returns else PENDING
    pending += QUARANTINED * clocks.is_quarantined + ENDED * clocks.is_ended
    if done_at is not None and done_at <= due_at:
        return replace(draft, state=State.MET, why=f"{start}{limit}{told(done_at)} 已完成。")
    if done_at is None and now <= due_at:
        since = draft.computed_from[duty.since]
        used = {"recorded_end_earliest": since} | dict(draft.computed_from)
        warn_at = max(
            due_at - rules.warn.before, used.get("told_at", used["recorded_end_earliest"])
        )
        state = State.DUE_SOON if now > warn_at else State.NOT_YET_DUE
        return replace(draft, state=state, warn_at=warn_at, why=f"{start}{limit}{lacks}。{pending}")
    late = (done_at or now) - latest
    what = f"{told(done_at)} 才完成" if done_at else lacks
    if late <= timedelta(0):
        why = f"{start}{limit}{what}。{_between_question(latest)}{pending}"
        return replace(draft, why=why, is_between=True, warn_at=due_at - rules.warn.before)
    why = f"{start}{limit}{what}，已逾期{span(late)}。{pending}"
    if duty.if_returned_asks and returned:
        return replace(draft, why=why + duty.if_returned_asks)
    return replace(draft, state=State.LATE, why=why, late=late)


def _start(duty: Duty, used: Mapping[str, datetime]) -> str:
    """From when the period runs, in words."""
    if "told_at" in used:
        claim, since = told(used[duty.since]), told(used["told_at"])
        return f"设备申报的录制结束时刻（{claim}）晚于登记时刻，不可采信，自登记（{since}）起算，"
    said = f"自{STARTS[duty.since]}（{told(used[duty.since])}）起算，"
    if "recorded_end_earliest" not in used:
        return said
    first, last = (told(used[f"recorded_end_{end}"]) for end in ("earliest", "latest"))
    return f"{said}按设备时钟的核对，实际结束于 {first} 至 {last} 之间，期限从严计，"


def _between_question(latest: datetime) -> str:
    return f"按设备时钟的误差，期限最晚可至 {told(latest)}，不能判定是否逾期，请核实录制结束时刻。"


def told(instant: datetime) -> str:
    """An instant as people read it where the law rules.

    Raises:
        OverflowError: there is no such instant there.
    """
    return f"{instant.astimezone(LEGAL_TIME):%Y-%m-%d %H:%M:%S}"


def span(length: timedelta) -> str:
    """A length of time as people read it; of less than a minute, seconds."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    said = [f"{n}{unit}" for n, unit in ((days, "日"), (hours, "小时"), (minutes, "分")) if n]
    return "".join(said) or f"{seconds}秒"
