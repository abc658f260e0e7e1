"""The reference client of tus, on Node, for tests: what phones' and docks' pages are made of."""

import os
import shutil
from pathlib import Path
from typing import Final

from tools.engines.cache import fetch, kept, lacking

VERSION: Final = "4.3.1"


def lacks() -> str | None:
    return lacking("node", "npm")


def tus_js_client() -> Path:
    """The folder whose `node_modules` holds it."""
    return kept(f"tus-js-client-{VERSION}", _install)


def node() -> str:
    """The command that runs it."""
    return shutil.which("node") or "node"


def _install(folder: Path) -> None:
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--save-exact")
    package = f"tus-js-client@{VERSION}"
    env = dict(os.environ) | {"npm_config_update_notifier": "false"}
    fetch(["npm", "install", "--prefix", str(folder), *quiet, package], env)
