"""Chapters 7 to 9: keeping, showing and handing out by 平顶山高新区应急管理局's five rules (S1)."""

import hashlib
from datetime import date
from typing import Any, Final

from liuhen.demo.filming import upload
from liuhen.demo.stage import Stage, expect
from liuhen.demo.zezhou import activate, link

PACK: Final = "s1-gaoxin-yingji"
CASE: Final = "case.gaoxin"
ACTIVITY: Final = "activity.gaoxin"
YEARS: Final = 5
ARTICLE: Final = "附件2 第十二条（四）"
"""其他案件档案: the class of a case without any of the listed traits, and its years."""
FILM: Final = ("14:00:00", 60)


def kept_for_a_reason(stage: Stage) -> str:
    """7: a case ends; how long it is kept is proposed, confirmed, explained and defended."""
    activate(stage, PACK, "zhou", "wu")
    _case_with_a_clip(stage)
    path = f"/retention/v1/cases/{stage.id(CASE)}"
    proposal = stage.sees("chen", path, lambda case: case["proposal"], "a proposal")["proposal"]
    stage.done("chen", "POST", f"{path}/confirm", {"class_id": proposal["class_id"]})
    until = date(stage.today.year + 1 + YEARS, 1, 1).isoformat()
    expect(ARTICLE in proposal["citation"], f"another article: {proposal}")
    schedule = stage.sees(
        "chen",
        f"/retention/v1/clips/{stage.id('clip.d')}/schedule",
        lambda seen: seen["keep_until"] == until,
        f"the clip is kept until {until}",
    )
    expect(schedule["steps"][-1]["value"] == until, f"not explained: {schedule['steps']}")
    expect(any(ARTICLE in step["citation"] for step in schedule["steps"]), "no article explains it")
    for step in schedule["steps"]:
        stage.teller.say(
            f"    {step['text']}" + (f"（{step['citation']}）" if step["citation"] else "")
        )
    refusal = stage.refused(
        "zheng",
        "PUT",
        f"/retention/v1/disposals/{stage.id('disposal')}",
        "retention.disposal-refused",
        {"clip_id": stage.id("clip.d")},
    )
    expect(ARTICLE in refusal["detail"] and until in refusal["detail"], f"no reason: {refusal}")
    return (
        f"{proposal['label']}（{proposal['citation']}），保管至 {schedule['keep_until']}；"
        f"销毁被拒：{refusal['detail']}"
    )


def shown_by_the_rules(stage: Stage) -> str:
    """8: the lawyer is refused, a colleague sees with consent, a copy takes two people."""
    clip = stage.id("clip.d")
    # A request is judged once, by what access has heard so far; first it must have heard all.
    stage.sees("chen", f"/access/v1/clips/{clip}", _can_be_judged, "access has heard of the clip")
    asked = {"clip_id": clip, "manner": "view", "purpose": "own_case"}
    key = f"/access/v1/requests/{stage.id('request.lawyer')}"
    lawyer = stage.refused("lawyer", "PUT", key, "access.refused", asked)
    expect("附件4" in lawyer["detail"] and "第五条" in lawyer["detail"], f"no article: {lawyer}")

    asked = {"clip_id": clip, "manner": "view", "purpose": "work"}
    request = request_for(stage, "colleague", asked)
    stage.done("chen", "POST", f"{request}/approvals/consent", {"approve": True})
    view = stage.done("sun", "POST", f"{request}/views")
    film = stage.call("sun", "GET", view["content"])
    expect(film.is_success, f"not shown: {film.status_code} {film.text}")
    shown = stage.done("zhang", "GET", f"/ingest/v1/clips/{clip}")
    expect(hashlib.sha256(film.content).hexdigest() == shown["sha256"], "other bytes were shown")
    stage.refused("zhang", "GET", view["content"], "access.view-unknown")

    _copy_is_approved(stage)
    return (
        f"律师被拒（{lawyer['citation']}）；同事经承办机构同意查阅 {len(film.content)} 字节；"
        "复制经审核、审批"
    )


def copy_request(stage: Stage, name: str = "copy") -> str:
    """The path of the request for a copy of the clip; asking again leads to the same one."""
    asked = {"clip_id": stage.id("clip.d"), "manner": "copy", "purpose": "litigation"}
    return request_for(stage, name, asked)


def request_for(stage: Stage, name: str, asked: dict[str, str]) -> str:
    """The path of a request of sun's, who chooses its key; its id is the service's."""
    filed = stage.done("sun", "PUT", f"/access/v1/requests/{stage.id('request.' + name)}", asked)
    expect(filed["outcome"] != "refused", f"refused: {filed}")
    return f"/access/v1/requests/{filed['request_id']}"


def _copy_is_approved(stage: Stage) -> None:
    request = copy_request(stage)
    stage.refused(
        "wu", "POST", f"{request}/approvals/approve", "access.out-of-order", {"approve": True}
    )
    own = copy_request(stage, "copy.one")
    stage.done("wu", "POST", f"{own}/approvals/review", {"approve": True})
    stage.refused("wu", "POST", f"{own}/approvals/approve", "access.same-person", {"approve": True})
    stage.done("zhou", "POST", f"{request}/approvals/review", {"approve": True})
    granted = stage.done("wu", "POST", f"{request}/approvals/approve", {"approve": True})
    expect(granted["outcome"] == "granted", f"not granted: {granted}")


def _can_be_judged(clip: dict[str, Any]) -> bool:
    cases = clip["cases"]
    told = cases and all(
        case["archived"] and case["category"] and case["handlers"] for case in cases
    )
    return bool(told and clip["pack_sha256"] and not clip["quarantined"])


def _case_with_a_clip(stage: Stage) -> None:
    case = {
        "name": "演示商贸有限公司未按规定储存危险物品案",
        "cause": "未按规定储存危险物品",
        "category": "penalty",
        "unit_id": stage.id("gaoxin.team"),
        "party": {"name": "演示商贸有限公司", "kind": "organisation"},
        "provisional_no": None,
        "case_no": "平开应急罚〔2026〕1号",
    }
    path = f"/catalog/v1/cases/{stage.id(CASE)}"
    stage.done("zhang", "PUT", path, case)
    activity = {
        "case_id": stage.id(CASE),
        "stage": "inquiry",
        "place": "办案场所询问室",
        "officers": [stage.id("zhang")],
    }
    stage.done("zhang", "PUT", f"/catalog/v1/activities/{stage.id(ACTIVITY)}", activity)
    upload(stage, "zhang", "clip.d", *FILM, unit="gaoxin.team")
    link(stage, "zhang", "clip.d", ACTIVITY)
    stage.done("chen", "POST", f"{path}/end", {"ended_on": stage.today.isoformat(), "traits": []})
    stage.done("zheng", "POST", f"{path}/archive", {"archived_on": stage.today.isoformat()})
    ready = f"/retention/v1/clips/{stage.id('clip.d')}/schedule"
    stage.sees("chen", ready, bool, "retention has heard of the clip")
