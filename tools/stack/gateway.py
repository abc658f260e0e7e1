"""The one address before the services: nginx, by the route table of the product."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.engines import nginx
from tools.engines.server import HERE, Server


def gateway(folder: Path, port: int, ports: Mapping[str, Sequence[int]]) -> Server:
    """Every service below its name, as in the one-box form; its replicas in turn."""
    return nginx.nginx(
        folder / "gateway",
        port,
        {name: [f"{HERE}:{its}" for its in replicas] for name, replicas in ports.items()},
    )
