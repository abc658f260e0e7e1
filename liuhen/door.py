"""Where the product listens, and what it refuses to listen on."""

import ipaddress
import resource
from dataclasses import dataclass
from pathlib import Path
from socket import AddressFamily, create_server, socket
from typing import Any, Final, Self

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from liuhen.patience import FairProtocol, PatientProtocol, ProxiedProtocol

SHUTDOWN_MAX_S: Final = 10
"""How long running answers may take to end before they are cut at shutdown."""
FILES_MAX: Final = 65_536
"""Files that we may have open, where the system lets us: its default of 1024 is hardly enough for
the connections and their films, and handshakes come on top, of which only the time is bounded."""
KEEP_ALIVE_S: Final = 5
"""How long a connection may rest between two requests, so that resting ones take no places."""


class DoorError(Exception):
    """Passwords and films would travel in the clear, or the options contradict each other."""


@dataclass(frozen=True)
class Door:
    """An address to listen on.

    Behind a proxy every connection is the proxy's: it must limit connections per client itself.
    """

    host: str
    port: int
    cert: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @classmethod
    def checked(
        cls, host: str, port: int, cert: Path | None, key: Path | None, *, behind_proxy: bool
    ) -> Self:
        """An address that is safe to listen on.

        Raises:
            DoorError: plain HTTP beyond this machine, or half of a certificate.
        """
        if (cert is None) != (key is None):
            raise DoorError("--cert and --key belong together")
        if not (cert or behind_proxy or _is_loopback(host)):
            raise DoorError(
                f"{host} can be reached from other machines: give --cert and --key, or "
                "--behind-proxy when a proxy before it speaks TLS"
            )
        return cls(host, port, cert, key, behind_proxy)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.cert else 'http'}://{host}:{self.port}"

    @property
    def sees_callers(self) -> bool:
        """Whether a connection's address is its caller's, not that of a proxy before us."""
        return not (self.behind_proxy or _is_loopback(self.host))

    @property
    def _protocol(self) -> type[PatientProtocol]:
        if self.behind_proxy:
            return ProxiedProtocol
        return FairProtocol if self.sees_callers else PatientProtocol

    def bind(self) -> socket:
        """Take the address, before anybody is told of it, and make room for many to come.

        Raises:
            DoorError: it is taken, or not this machine's; or the certificate cannot be read.
        """
        for file in filter(None, (self.cert, self.key)):
            if not file.is_file():
                raise DoorError(f"{file} is not there")
        _allow_files()
        try:
            return create_server((self.host, self.port), family=self._family)
        except OSError as error:
            raise DoorError(
                f"{self.host}:{self.port} cannot be listened on ({error.strerror}): try --port"
            ) from error

    @property
    def _family(self) -> AddressFamily:
        return AddressFamily.AF_INET6 if ":" in self.host else AddressFamily.AF_INET

    def server(self, application: FastAPI) -> uvicorn.Server:
        return _Server(uvicorn.Config(application, **self.uvicorn_options()))

    def uvicorn_options(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "port": self.port,
            "ssl_certfile": self.cert,
            "ssl_keyfile": self.key,
            "proxy_headers": self.behind_proxy,
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "http": self._protocol,
            "loop": "liuhen.patience:PatientLoop",
            "ws": "none",  # nothing here speaks it, and it would have no limits
            "timeout_keep_alive": KEEP_ALIVE_S,
            "timeout_graceful_shutdown": SHUTDOWN_MAX_S,
        }


class _Server(uvicorn.Server):
    """uvicorn's server, which tells each service that it is about to end."""

    @override
    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        application: Any = self.config.app
        for app in application.state.apps.values():
            app.state.ctx.end()
        await super().shutdown(sockets)


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, FILES_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
