"""Writes what others rely on to docs/: the form of every event and every route (`./dev snapshots`).

A change of form then shows in the review as a changed file; a test refuses a file that is behind.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from common.clock import SystemClock
from common.events import Event
from contracts.topics import PARTITIONS
from dock import manifest, receipt
from liuhen import standalone
from liuhen.services import SERVICES

CLOUDEVENT: Final = [
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_agencyid",
    "ce_producer",
    "ce_epoch",
    "ce_sequence",
]
"""The headers of every record (CloudEvents 1.0, binary mode)."""
DOCS: Final = Path(__file__).parents[1] / "docs"


def events() -> list[type[Event]]:
    """Every event type of every owner."""
    return [
        word
        for owner in PARTITIONS
        for word in vars(import_module(f"contracts.{owner}")).values()
        if isinstance(word, type) and issubclass(word, Event) and owner_of(word) == owner
    ]


def owner_of(event: type[Event]) -> str:
    """Whose module of `contracts`, or whose package, an event stands in; empty for none."""
    house, _, place = event.__module__.partition(".")
    return place.split(".")[0] if house == "contracts" else ""


def event_forms() -> dict[str, Any]:
    """JSON Schema by event type."""
    return {f"events/{event.type}": event.model_json_schema() for event in events()}


def asyncapi() -> dict[str, Any]:
    """All topics and their messages as AsyncAPI 3.0."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Liuhen 留痕", "version": "1"},
        "defaultContentType": "application/json",
        "channels": {owner: _channel(owner) for owner in PARTITIONS},
        "operations": {
            f"{owner}.tells": {"action": "send", "channel": {"$ref": f"#/channels/{owner}"}}
            for owner in PARTITIONS
        },
        "components": {"schemas": {"CloudEvent": {"type": "object", "required": CLOUDEVENT}}},
    }


def route_forms() -> dict[str, Any]:
    """OpenAPI by service."""
    with TemporaryDirectory() as place:
        data = Path(place)
        standalone.prepare(data, SystemClock())
        apps: Mapping[str, Any] = standalone.create_app(data, SystemClock()).state.apps
        return {f"api/{name}": apps[name].openapi() for name in SERVICES}


def dock_forms() -> dict[str, Any]:
    """JSON Schema of what a dock gives and gets."""
    return {"dock/manifest.v1": manifest.form(), "dock/receipt.v1": receipt.form()}


def write() -> None:
    """Write every file anew and remove those of things that are gone."""
    for folder in ("events", "api", "dock"):
        for old in (DOCS / folder).glob("*.json"):
            old.unlink()
    forms = event_forms() | {"events/asyncapi": asyncapi()}
    forms |= route_forms() | dock_forms()
    for name, form in forms.items():
        path = DOCS / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(form, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def _channel(owner: str) -> dict[str, Any]:
    return {
        "address": owner,
        "description": f"{PARTITIONS[owner]} partitions; in order per key; kept for ever.",
        "messages": {
            event.type: {
                "name": event.type,
                "summary": (event.__doc__ or "").splitlines()[0],
                "payload": {"$ref": f"./{event.type}.json"},
                "headers": {"$ref": "#/components/schemas/CloudEvent"},
            }
            for event in events()
            if event.type.startswith(f"{owner}.")
        },
    }


if __name__ == "__main__":
    write()
