"""What is said of a film is read strictly, and no name in it ever leads anywhere."""

from base64 import b64encode
from contextlib import suppress
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.identity import Role
from ingest.domain.announcement import Announcement, MetadataError, read_metadata
from ingest.domain.clip import Lock
from tests.support.people import person
from tests.support.words import metadata

OFFICER = person(Role.OFFICER, agency_id=uuid4())


def announced(**other: str) -> Announcement:
    said = dict(metadata(OFFICER, uuid4(), "0" * 64)) | other
    return Announcement.model_validate(said)


@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",")).filter(
            bool
        ),
        st.text(),
        min_size=1,
    )
)
def test_what_a_client_writes_is_what_is_read(pairs: dict[str, str]) -> None:
    header = ", ".join(f"{k} {b64encode(v.encode()).decode()}" for k, v in pairs.items())
    assert read_metadata(header) == pairs


@given(st.text())
def test_any_header_is_read_or_refused_and_never_breaks_anything(header: str) -> None:
    with suppress(MetadataError):
        read_metadata(header)


@pytest.mark.parametrize("header", ["", ",", "a !", "a YQ==,a YQ==", "a YQ", "clé YQ==", "a /w=="])
def test_an_odd_header_is_refused(header: str) -> None:
    with pytest.raises(MetadataError):
        read_metadata(header)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\DCIM\\现场.mp4", "现场.mp4"),
        ("/dev/null", "null"),
        ("a.mp4", "a.mp4"),
    ],
)
def test_of_a_path_only_the_name_is_kept(path: str, name: str) -> None:
    assert announced(filename=path).filename == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filename", ".."),
        ("filename", "folder/"),
        ("filename", "a\0.mp4"),
        ("filename", "a\n.mp4"),
        ("filename", "长" * 201),
        ("filetype", "text/html; charset=x"),
        ("sha256", "A" * 64),
        ("sha256", "../" * 21 + "0"),
        ("clip_id", "1"),
        ("carrier", "drone"),
        ("secrecy", "secret"),
        ("secrcy", "state_secret"),
        ("recorded_start", "2026-01-05T09:00:00"),
        ("recorded_start", "0001-01-01T00:00:00+14:00"),
        ("recorded_end", "2026-01-05T09:00:00+08:00"),
    ],
)
def test_what_cannot_be_meant_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        announced(**{field: value})


@given(st.lists(st.none() | st.dates(), min_size=1), st.integers(min_value=0))
def test_a_lock_is_never_shortened(schedules: list[date | None], cut: int) -> None:
    locks = [Lock()]
    for keep_until in schedules:
        locks.append(locks[-1].extended(keep_until))
    earlier, last = locks[cut % len(locks)], locks[-1]
    assert last.for_ever >= earlier.for_ever
    assert (last.until or date.min) >= (earlier.until or date.min)
    assert last.for_ever == (None in schedules)
    before_for_ever = schedules[: schedules.index(None)] if last.for_ever else schedules
    assert last.until == max((day for day in before_for_ever if day), default=None)
