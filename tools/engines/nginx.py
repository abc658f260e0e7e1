"""nginx: the machine's own where it is installed, otherwise unpacked from Debian's package."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.engines.cache import fetch, kept, lacking
from tools.engines.server import HERE, Server, listens

AWAY: Final = (
    '{"type": "urn:liuhen:problem:common.service-away", "code": "common.service-away", '
    '"status": 503, "title": "服务暂时不可用，请稍后重试"}'
)
"""What a client hears of a service that does not run; in the shape of every other failure."""
RULES: Final = f"""\
    server_tokens off;
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_read_timeout 1h;
    proxy_send_timeout 1h;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    error_page 502 504 = @away;
    location @away {{
      internal;
      default_type application/problem+json;
      add_header Retry-After 2 always;
      return 503 '{AWAY}';
    }}
"""
"""Of every gateway before the services, here and in deploy: films pass through it unbuffered."""
TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
CONFIG: Final = """daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
{temporary}{upstreams}  server {{
    listen {listen};
{rules}{locations}  }}
}}
"""
NEEDS: Final = ("apt-get", "dpkg")


def lacks() -> str | None:
    """Why it cannot run here."""
    return None if shutil.which("nginx") else lacking(*NEEDS)


def program() -> Path:
    """The program, unpacked the first time without installing anything."""
    installed = shutil.which("nginx")
    return Path(installed) if installed else kept("nginx", _fetch) / "usr" / "sbin" / "nginx"


def version() -> str:
    said = subprocess.run(  # noqa: S603 - our own command
        [str(program()), "-v"], capture_output=True, text=True, check=True
    )
    return said.stderr.strip().partition("/")[2]


def nginx(folder: Path, port: int, routes: Mapping[str, Sequence[str]]) -> Server:
    """A gateway on `port` to the addresses behind each first part of a path."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(
        CONFIG.format(
            folder=folder,
            listen=f"{HERE}:{port}",
            rules=RULES,
            temporary="".join(f"  {kind}_temp_path {folder / kind};\n" for kind in TEMPORARY),
            upstreams="".join(
                f"  upstream {name} {{ {' '.join(f'server {it};' for it in addresses)} }}\n"
                for name, addresses in routes.items()
            ),
            locations="".join(
                f"    location /{name}/ {{ proxy_pass http://{name}; }}\n" for name in routes
            ),
        )
    )
    errors = str(folder / "error.log")
    command = [str(program()), "-p", str(folder), "-c", str(config), "-e", errors]
    return Server("nginx", command, folder / "nginx.log", lambda: listens(port))


def _fetch(folder: Path) -> None:
    fetch(["sh", "-c", f"cd '{folder}' && apt-get download nginx && dpkg -x nginx_*.deb ."])
