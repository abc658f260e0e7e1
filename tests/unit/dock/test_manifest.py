"""A manifest is read strictly: whatever is wrong, the person is told which line it is."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ingest import Carrier
from dock.manifest import NAME, Entry, Header, ManifestError, Mark, read
from tools import snapshots

DOCS = Path(__file__).parents[3] / "docs"
HEADER: dict[str, Any] = {
    "format": "liuhen-manifest",
    "version": 1,
    "exported_at": "2026-03-01T18:00:00+08:00",
    "device_no": "执法仪-0017",
    "carrier": "body_camera",
}
ENTRY: dict[str, Any] = {
    "path": "DCIM/100MEDIA/FILE0001.MP4",
    "size_bytes": 1_000,
    "recorded_start": "2026-03-01T09:00:00+08:00",
    "recorded_end": "2026-03-01T09:02:00+08:00",
    "file_no": 1,
}


def written(*lines: object) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def test_a_manifest_names_device_films_and_marks() -> None:
    marked = ENTRY | {"marks": [{"at_ms": 5_000, "word": "出示证件"}], "case_hint": "某加工厂"}
    manifest = read(written(HEADER, marked))
    entry = manifest.entries["DCIM/100MEDIA/FILE0001.MP4"]
    assert (entry.device_no, manifest.header.device_no) == (None, "执法仪-0017")
    assert entry.marks == (Mark(at_ms=5_000, word="出示证件"),)
    assert entry.recorded_start == datetime(2026, 3, 1, 1, tzinfo=UTC)


WRONG: list[tuple[list[object], int]] = [
    ([], 1),
    ([HEADER | {"version": 2}], 1),
    ([HEADER | {"format": "other"}], 1),
    ([HEADER | {"device": "misspelt"}], 1),
    ([{key: value for key, value in HEADER.items() if key != "device_no"}], 1),
    ([HEADER | {"exported_at": "2026-03-01T18:00:00"}], 1),
    ([HEADER | {"carrier": "drone"}], 1),
    ([ENTRY], 1),
    ([HEADER, HEADER], 2),
    ([HEADER, []], 2),
    ([HEADER, ENTRY, ENTRY], 3),
    ([HEADER, ENTRY, ENTRY | {"path": "b.mp4"}], 3),
    ([HEADER, ENTRY | {"size_bytes": "1000"}], 2),
    ([HEADER, ENTRY | {"size_bytes": -1}], 2),
    ([HEADER, ENTRY | {"sha256": "x"}], 2),
    ([HEADER, ENTRY | {"recorded_start": 1_772_000_000}], 2),
    ([HEADER, ENTRY | {"recorded_end": ENTRY["recorded_start"]}], 2),
    ([HEADER, ENTRY | {"recorded_start": "0001-01-01T00:00:00+08:00"}], 2),
    ([HEADER, ENTRY | {"marks": [{"at_ms": -1, "word": "x"}]}], 2),
]


@pytest.mark.parametrize(("lines", "line"), WRONG)
def test_what_is_wrong_is_said_with_its_line(lines: list[object], line: int) -> None:
    with pytest.raises(ManifestError, match=f"{NAME} 第 {line} 行") as told:
        read(written(*lines))
    assert told.value.line == line


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff{}",
        b'{"path": NaN}',
        json.dumps(ENTRY).encode()[:-1] + b', "path": "b.mp4"}',
        b"[" * 30_000,
        b" " * 70_000,
    ],
    ids=["empty", "cut", "not UTF-8", "NaN", "a key twice", "deep", "long"],
)
def test_a_line_that_is_no_plain_object_is_refused(line: bytes) -> None:
    with pytest.raises(ManifestError, match="第 2 行"):
        read(written(HEADER) + line + b"\n" + written(ENTRY))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../b.mp4", "a/../b.mp4", "a//b.mp4", "./b.mp4", "a\\b.mp4", "b\x00.mp4", "a/"],
)
def test_a_path_leads_nowhere_but_into_the_card(path: str) -> None:
    with pytest.raises(ManifestError, match="第 2 行"):
        read(written(HEADER, ENTRY | {"path": path}))


def test_lines_may_end_as_windows_ends_them() -> None:
    content = written(HEADER, ENTRY)
    assert read(content.replace(b"\n", b"\r\n")) == read(content)
    assert read(content.removesuffix(b"\n")) == read(content)


lines = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"), min_size=1, max_size=40
).filter(lambda text: text not in {".", ".."})
instants = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - the zone comes from the strategy beside it
    datetime(2099, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
marks = st.builds(Mark, at_ms=st.integers(0, 10**9), word=lines)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    start = draw(instants)
    return Entry(
        path="/".join(draw(st.lists(lines, min_size=1, max_size=4))),
        size_bytes=draw(st.integers(0, 2**40)),
        recorded_start=start,
        recorded_end=start + timedelta(milliseconds=draw(st.integers(1, 10**8))),
        sha256=draw(st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
        carrier=draw(st.none() | st.sampled_from(Carrier)),
        filmed_by=draw(st.none() | st.uuids()),
        unit_id=draw(st.none() | st.uuids()),
        case_hint=draw(st.none() | lines),
        marks=tuple(draw(st.lists(marks, max_size=3))),
    )


headers = st.builds(
    Header,
    format=st.just("liuhen-manifest"),
    version=st.just(1),
    exported_at=instants,
    device_no=lines,
    carrier=st.sampled_from(Carrier),
    brand=st.none() | lines,
    filmed_by=st.none() | st.uuids(),
    last_file_no=st.none() | st.integers(0, 10**9 - 1),
)


@given(headers, st.lists(entries(), max_size=4, unique_by=lambda entry: entry.path))
def test_what_is_written_is_read_back(header: Header, said: list[Entry]) -> None:
    numbered = [entry.model_copy(update={"file_no": n}) for n, entry in enumerate(said)]
    content = "".join(f"{line.model_dump_json()}\n" for line in (header, *numbered)).encode()
    manifest = read(content)
    assert manifest.header == header
    assert list(manifest.entries.values()) == numbered


@given(st.binary(max_size=300))
def test_no_bytes_are_read_as_something_or_break_the_reader(content: bytes) -> None:
    with pytest.raises(ManifestError):
        read(content)


@given(st.data())
def test_one_byte_changed_is_read_as_a_manifest_or_refused(data: st.DataObject) -> None:
    content = bytearray(written(HEADER, ENTRY))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        manifest = read(bytes(content))
    except ManifestError:
        return
    assert len(manifest.entries) <= 1


def test_the_published_schema_is_the_one_that_is_read_by() -> None:
    """`./dev snapshots` writes the files anew."""
    written_down = {
        f"dock/{path.stem}": json.loads(path.read_text()) for path in (DOCS / "dock").glob("*.json")
    }
    assert written_down == snapshots.dock_forms()
