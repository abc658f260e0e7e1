"""What an operator says of the replicas is read, or refused by the variable's name and its form."""

import pytest
from pydantic import ValidationError

from ingest.settings import REPLICAS_FORM, Settings

VARIABLE = "LIUHEN_INGEST_REPLICAS"


def settings() -> Settings:
    return Settings(
        database_url="sqlite:///ingest.db",
        bus_url="sqlite:///bus.db",
        jwks_url="file:///jwks.json",
        objects_url="s3://store",
        spool_dir="spool",  # pyright: ignore[reportArgumentType] - as a variable says it
    )


@pytest.mark.parametrize(
    "said",
    [
        '["nonsense"]',
        '["http://one:8000", "two:8000"]',
        '["http://one"]',
        '["http://:8000"]',
        '["http://one:port"]',
        '["http://one:80000"]',
        '["http://one:8000/ingest"]',
        '["http://user@one:8000"]',
        '["ftp://one:8000"]',
        "[8000]",
        "8000",
        '"http://one:8000"',
        "http://one:8000",
        '{"0": "http://one:8000"}',
        "",
    ],
)
def test_replicas_that_are_no_list_of_addresses_are_refused(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv(VARIABLE, said)
    with pytest.raises(ValidationError) as refused:
        settings()
    (error,) = refused.value.errors()
    assert error["msg"] == f"Value error, {REPLICAS_FORM}"
    assert VARIABLE in REPLICAS_FORM


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("[]", ()),
        ('["http://one:8000", "https://[::1]:1"]', ("http://one:8000", "https://[::1]:1")),
    ],
)
def test_a_list_of_addresses_is_taken(
    monkeypatch: pytest.MonkeyPatch, said: str, meant: tuple[str, ...]
) -> None:
    monkeypatch.setenv(VARIABLE, said)
    assert settings().replicas == meant
