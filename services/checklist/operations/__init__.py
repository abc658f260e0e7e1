"""Everything checklist can do: hear facts, judge activities, put packs into force."""

from checklist.operations.context import Context

__all__ = ["Context"]
