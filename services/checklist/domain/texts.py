"""Times, lengths and the words of closed lists as people in China read them."""

from datetime import timedelta
from typing import Final

from checklist.domain.facts import LOCAL
from checklist.domain.intervals import SECOND_MS, Interval, instant_of
from contracts.catalog import Category
from contracts.ingest import Carrier

CARRIERS: Final = {
    Carrier.BODY_CAMERA: "执法记录仪",
    Carrier.CAMERA: "照相机",
    Carrier.CAMCORDER: "摄像机",
    Carrier.FIXED_CAMERA: "视频监控",
    Carrier.VOICE_RECORDER: "录音设备",
    Carrier.PHONE: "手机",
}

CATEGORIES: Final = {
    Category.INSPECTION: "行政检查",
    Category.LICENSING: "行政许可",
    Category.PENALTY: "行政处罚",
    Category.COERCION: "行政强制",
    Category.EXPROPRIATION: "行政征收征用",
    Category.PAYMENT: "行政给付",
}


def clock_text(at_ms: int, day_of_ms: int) -> str:
    """A moment in Asia/Shanghai to the second; with its date unless that is the other's day."""
    at, day_of = instant_of(at_ms).astimezone(LOCAL), instant_of(day_of_ms).astimezone(LOCAL)
    return f"{at:%H:%M:%S}" if at.date() == day_of.date() else dated_text(at_ms)


def dated_text(at_ms: int) -> str:
    """A moment in Asia/Shanghai to the second, with its whole date."""
    at = instant_of(at_ms).astimezone(LOCAL)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}"


def seconds_shown(interval: Interval) -> int:
    """The seconds between an interval's ends as `clock_text` shows them, so that a sum agrees."""
    return interval.end_ms // SECOND_MS - interval.start_ms // SECOND_MS


def length_text(seconds: int) -> str:
    """A length such as 1 小时 2 分 3 秒; parts that are nothing are not said."""
    minutes, rest_s = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "小时"), (minutes, "分"), (rest_s, "秒"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 秒"


def tenths_text(length_ms: int) -> str:
    """A length below some seconds, rounded up to tenths so that it never reads as nothing."""
    tenths = -(-timedelta(milliseconds=length_ms) // timedelta(milliseconds=100))
    return f"{tenths // 10}.{tenths % 10} 秒"


def gap_text(gap: Interval, day_of_ms: int) -> str:
    start, end = clock_text(gap.start_ms, day_of_ms), clock_text(gap.end_ms, day_of_ms)
    return f"{start} 至 {end} 无录像，共 {length_text(seconds_shown(gap))}"
