"""The one address before the services: nginx, by the route table of the product."""

from collections.abc import Mapping
from pathlib import Path

from tools.engines import nginx
from tools.engines.server import HERE, Server


def gateway(folder: Path, port: int, ports: Mapping[str, int]) -> Server:
    """Every service below its name, as in the one-box form."""
    locations = [
        f"    location /{name}/ {{ proxy_pass http://{HERE}:{its}; }}\n"
        for name, its in ports.items()
    ]
    return nginx.nginx(folder / "gateway", port, locations)
