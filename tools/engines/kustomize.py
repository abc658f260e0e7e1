"""kustomize: kubectl's own where that is installed, otherwise built from its Go module."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.engines.cache import fetch, kept, lacking

VERSION: Final = "v5.5.0"
MODULE: Final = f"sigs.k8s.io/kustomize/kustomize/v5@{VERSION}"


def lacks() -> str | None:
    """Why it cannot run here."""
    return None if shutil.which("kubectl") else lacking("go")


def command() -> Sequence[str]:
    """The words that build an overlay, but for its folder."""
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    return [str(kept(f"kustomize-{VERSION}", _build) / "kustomize"), "build"]


def _build(folder: Path) -> None:
    fetch(["go", "install", MODULE], os.environ | {"GOBIN": str(folder)})
