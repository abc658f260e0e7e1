"""Log lines as JSON on standard error, without anything that opens a door."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer

SECRET: Final = ("password", "token", "authorization", "secret", "cookie", "setup_code")
HIDDEN: Final = "***"


def configure(level: int = logging.INFO) -> None:
    """Send every logger's lines, ours and the libraries', through one JSON renderer."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Without the frames' variables: among them are passwords and names.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _without_colours,
            hide_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # A line for each try of a store that is away; whoever asked says it once, when all have failed.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _without_colours(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop uvicorn's second, coloured form of its message."""
    line.pop("color_message", None)
    return line


def hide_secrets(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Replace the value of every key that could open a door, at any depth."""
    return {key: _hidden(key, value) for key, value in line.items()}


def _hidden(key: str, value: Any) -> Any:  # noqa: ANN401 - a log line holds anything
    if any(word in key.lower() for word in SECRET):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(k): _hidden(str(k), v) for k, v in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - anything
    if isinstance(value, list | tuple):
        return [_hidden(key, one) for one in value]  # pyright: ignore[reportUnknownVariableType] - anything
    return value
