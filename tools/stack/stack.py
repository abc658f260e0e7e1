"""A stack from nothing to ready, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.engines.server import HERE, Server, free_ports, start_all
from tools.stack.engines import Engines, engines
from tools.stack.gateway import gateway
from tools.stack.services import Service, run, services


@dataclass(frozen=True)
class Stack:
    """Everything that runs."""

    folder: Path
    address: str
    engines: Engines
    services: Sequence[Service]
    servers: Sequence[Server]
    """In the order in which they were started."""

    def server(self, name: str) -> Server:
        return next(server for server in self.servers if server.name == name)

    def stop(self) -> None:
        """End every process, the engines last."""
        for server in reversed(self.servers):
            server.stop()


def raise_(folder: Path, brokers: int = 1, replicas: int = 1) -> Stack:
    """Start the engines, make what the services need in them, and start the services.

    `replicas` of each service that may have several.

    Raises:
        EngineError: something does not start; nothing is left running.
    """
    its = engines(folder, brokers)
    started = its.servers()
    try:
        start_all(started)
        all_services = services(folder, its, replicas)
        run(["topics", "--copies", str(brokers)], {"LIUHEN_BUS_URL": its.kafka.url})
        for service in all_services:
            service.migrate()
        (gate,) = free_ports(1)
        started += [it for service in all_services for it in service.servers(folder)]
        started += [gateway(folder, gate, {it.name: it.ports for it in all_services})]
        start_all(started)
    except BaseException:
        for server in reversed(started):
            server.stop()
        raise
    return Stack(folder, f"http://{HERE}:{gate}", its, all_services, started)
