"""The story looks things up in the audit log, as the provincial supervisor may."""

import json
from base64 import b64decode
from typing import Any

from liuhen.demo.line import eventually
from liuhen.demo.stage import Stage


def on_record(stage: Stage, who: str, kind: str, thing: str) -> dict[str, Any]:
    """The event of this kind about `thing` in the log's chain of a person, once it is there.

    A chain of what concerns no clip is named by the event's service and its key.
    """
    service, _, _ = kind.partition(".")
    path = f"/audit/v1/entries?stream={service}:{stage.id(who)}"

    def found() -> dict[str, Any]:
        entries = stage.done("supervisor", "GET", path)["items"]
        bodies = (_body(stage, entry["index"]) for entry in entries if entry["type"] == kind)
        nothing: dict[str, Any] = {}
        return next((body for body in bodies if body["thing_id"] == thing), nothing)

    return eventually(found, bool, f"{kind} of {who} is not in the log")


def _body(stage: Stage, index: int) -> dict[str, Any]:
    entry = stage.done("supervisor", "GET", f"/audit/v1/entries/{index}")
    return json.loads(b64decode(json.loads(entry["leaf"])["body"]))
