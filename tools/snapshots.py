"""Writes the JSON Schema of every event type to docs/events, where reviews see it change."""

import json
from importlib import import_module
from pathlib import Path
from typing import Final

from common.events import Event
from contracts.topics import PARTITIONS

FOLDER: Final = Path(__file__).parents[1] / "docs" / "events"


def write(folder: Path) -> None:
    """Write one file per type and remove those of types that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for owner in PARTITIONS:
        for word in vars(import_module(f"contracts.{owner}")).values():
            if isinstance(word, type) and issubclass(word, Event) and hasattr(word, "type"):
                schema = json.dumps(word.model_json_schema(), indent=1, ensure_ascii=False)
                (folder / f"{word.type}.json").write_text(schema + "\n")


if __name__ == "__main__":
    write(FOLDER)
