"""Keeps what was fetched or built, so that it is fetched once: a git-ignored folder."""

import fcntl
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

CACHE: Final = Path(__file__).resolve().parents[2] / ".engines"
PAUSES_S: Final = (3, 15)
"""Between the tries: a registry's hiccup is over by then."""


class EngineError(Exception):
    """An engine could not be fetched, or does not run; says what the tool said."""


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache; `make` fills it the first time, all of it or nothing."""
    CACHE.mkdir(exist_ok=True)
    folder = CACHE / name
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests may want it at once
        if folder.is_dir():
            return folder
        unfinished = Path(mkdtemp(dir=CACHE))
        unfinished.chmod(0o755)  # PostgreSQL reads its own as another user
        try:
            make(unfinished)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def fetch(command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Run what fetches or builds; three times, because registries have bad moments.

    Raises:
        EngineError: it failed each time.
    """
    for pause_s in (*PAUSES_S, None):
        done = subprocess.run(  # noqa: S603 - our own commands
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return
        if pause_s is None:
            raise EngineError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}".rstrip())
        time.sleep(pause_s)


def lacking(*tools: str) -> str | None:
    """Why an engine cannot be had here: which of the tools is not installed; None if all are."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else None
