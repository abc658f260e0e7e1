"""Clients of tus on Node, for tests: what phones' and docks' pages are made of."""

import os
import shutil
from pathlib import Path
from typing import Final

from tools.engines.cache import fetch, kept, lacking

VERSION: Final = "4.3.1"
UPPY_VERSION: Final = "6.3.1"
"""Of `@uppy/core`."""
UPPY_TUS_VERSION: Final = "6.0.0"


def lacks() -> str | None:
    return lacking("node", "npm")


def tus_js_client() -> Path:
    """The folder whose `node_modules` holds the reference client."""
    return kept(
        f"tus-js-client-{VERSION}", lambda folder: _install(folder, f"tus-js-client@{VERSION}")
    )


def uppy() -> Path:
    """The folder whose `node_modules` holds Uppy with its plugin for tus."""
    packages = (f"@uppy/core@{UPPY_VERSION}", f"@uppy/tus@{UPPY_TUS_VERSION}")
    return kept(f"uppy-{UPPY_VERSION}", lambda folder: _install(folder, *packages))


def node() -> str:
    """The command that runs them."""
    return shutil.which("node") or "node"


def _install(folder: Path, *packages: str) -> None:
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--save-exact")
    env = dict(os.environ) | {"npm_config_update_notifier": "false"}
    fetch(["npm", "install", "--prefix", str(folder), *quiet, *packages], env)
