"""Figures for whoever watches the machines: requests, unsent events, loops that fail."""

from collections.abc import Iterable

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from common.auth import public
from common.clock import Clock
from common.db import Database
from common.inbox import Inbox
from common.outbox import Outbox

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def install(
    app: FastAPI, name: str, db: Database, outbox: Outbox, inbox: Inbox | None, clock: Clock
) -> None:
    """Count the requests of `app` and serve its figures at /metrics. No label names a person."""
    registry = CollectorRegistry()
    requests = Counter(
        "liuhen_requests",
        "Answers given.",
        ["service", "method", "route", "status"],
        registry=registry,
    )
    registry.register(_Books(name, db, outbox, inbox, clock))
    app.add_middleware(_Counting, service=name, requests=requests)

    @app.get("/metrics", include_in_schema=False)
    @public
    def metrics(_request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - the router uses it
        return Response(generate_latest(registry), media_type=CONTENT_TYPE)


class _Counting:
    def __init__(self, app: ASGIApp, service: str, requests: Counter) -> None:
        self._app = app
        self._service = service
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The route's template, never the path: paths hold ids.
                route = getattr(scope.get("route"), "path", "-")
                self._requests.labels(
                    self._service, scope["method"], route, message["status"]
                ).inc()
            await send(message)

        await self._app(scope, receive, counting)


class _Books(Collector):
    """Looks into outbox and inbox when asked, so that no figure is stale."""

    def __init__(
        self, service: str, db: Database, outbox: Outbox, inbox: Inbox | None, clock: Clock
    ) -> None:
        self._service = service
        self._db = db
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock

    @override
    def collect(self) -> Iterable[Metric]:
        parked = gaps = 0
        with self._db.snapshot() as session:
            oldest_at = self._outbox.oldest_unsent_at(session)
            if self._inbox:
                parked = self._inbox.count_parked(session)
                gaps = self._inbox.count_gaps(session)
        waited_s = (self._clock.now() - oldest_at).total_seconds() if oldest_at else 0.0
        yield self._gauge("outbox_oldest_unsent_seconds", "Age of the oldest event.", waited_s)
        yield self._gauge("inbox_parked", "Events put aside; run `liuhen replay`.", parked)
        yield self._gauge("inbox_gaps", "Events that never came.", gaps)

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand, so that registering does not touch the database."""
        return ()

    def _gauge(self, name: str, meaning: str, value: float) -> Metric:
        gauge = GaugeMetricFamily(f"liuhen_{name}", meaning, labels=["service"])
        gauge.add_metric([self._service], value)
        return gauge
