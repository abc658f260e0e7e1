"""The real engines as fixtures: started once, named in the summary, never skipped in silence."""

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import pytest
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tools.engines import kafka as kafkas
from tools.engines import nginx, s3, tus_clients
from tools.engines import postgres as postgreses
from tools.engines.place import temporary

RAN = pytest.StashKey[dict[str, str]]()
"""Per engine: its version, or why it did not run."""
TOGETHER: Final = {
    "kafka": {
        "test_brokers",
        "test_bus",
        "test_bus_kafka",
        "test_delivery",
        "test_deploy_natively",
        "test_kafka_topics",
        "test_parking",
        "test_serve_refusals",
        "test_stack",
    },
    "databases and objects": {
        "test_db",
        "test_fence",
        "test_forgotten_filter",
        "test_keeping",
        "test_objects",
        "test_objects_read_back",
        "test_objects_s3",
        "test_objects_s3_sending",
        "test_quotas",
        "test_restored_postgres",
        "test_rights",
        "test_schema",
        "test_store_away",
        "test_store_refusals",
        "test_upload_holds",
        "test_upload_locks",
        "test_upload_locks_told",
        "test_upload_on_postgres",
        "test_upload_s3",
        "test_unlinked_clips",
    },
}
"""Which files share one worker's engines. Two groups, because these tests mostly wait."""
ON_ENGINES: Final = frozenset[str]().union(*TOGETHER.values())
NEEDING = {"kafka", "three_brokers", "all_engines", "postgres", "s3_server", "mortal_s3"} | {
    "url",
    "store_url",
    "places",
    "open_bus",
}
"""The fixtures that start an engine, and those that do for some of their parameters."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RAN] = {}


def pytest_itemcollected(item: pytest.Item) -> None:
    """See that the scheduler knows of every file that needs an engine."""
    if NEEDING & set(getattr(item, "fixturenames", ())) and item.path.stem not in ON_ENGINES:
        raise pytest.UsageError(f"{item.path.stem} needs an engine: name it in ON_ENGINES")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """The tests of a group go to one worker, so that it starts each engine once."""
    return EnginesTogether(config, log)


class EnginesTogether(LoadScopeScheduling):
    """Every other test is on its own. xdist's own groups need a pytest before 9."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).stem
        return next((group for group, files in TOGETHER.items() if file in files), nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["engines"] = session.config.stash[RAN]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object | None) -> None:  # noqa: ARG001 - xdist's words
    ran = getattr(node, "workeroutput", {}).get("engines", {})
    getattr(node, "config").stash[RAN].update(ran)  # noqa: B009 - xdist has no types


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = terminalreporter.config.stash[RAN]
    for name, said in sorted(ran.items()):
        terminalreporter.line(f"engine {name}: {said}")


@pytest.fixture(scope="session")
def engines_dir() -> Generator[Path]:
    """Where the engines keep their data."""
    with temporary("liuhen-engines-") as folder:
        yield folder


@pytest.fixture(scope="session")
def kafka(engines_dir: Path, pytestconfig: pytest.Config) -> Generator[kafkas.Cluster]:
    """One broker."""
    _told(pytestconfig, "kafka", kafkas.VERSION, kafkas.lacks())
    cluster = kafkas.cluster(engines_dir / "kafka")
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def three_brokers(engines_dir: Path, pytestconfig: pytest.Config) -> Generator[kafkas.Cluster]:
    """A cluster that may be hurt."""
    _told(pytestconfig, "kafka", kafkas.VERSION, kafkas.lacks())
    cluster = kafkas.cluster(engines_dir / "brokers", 3)
    cluster.start()
    yield cluster
    for broker in cluster.brokers:
        broker.server.kill()


@pytest.fixture(scope="session")
def all_engines(pytestconfig: pytest.Config) -> None:
    """Everything that a stack stands on can run here."""
    _told(pytestconfig, "kafka", kafkas.VERSION, kafkas.lacks())
    _told(pytestconfig, "minio", s3.version("minio"), s3.lacks())
    _told(pytestconfig, "postgres", postgreses.version(), None)
    _told(pytestconfig, "nginx", nginx.lacks() or nginx.version(), nginx.lacks())


@pytest.fixture(scope="session")
def postgres(engines_dir: Path, pytestconfig: pytest.Config) -> Generator[postgreses.Postgres]:
    _told(pytestconfig, "postgres", postgreses.version(), None)
    server = postgreses.postgres(engines_dir / "postgres", outlives_power_cuts=False)
    server.server.start()
    yield server
    server.server.stop()


@pytest.fixture(scope="session")
def tus_js_client(pytestconfig: pytest.Config) -> Path:
    """The folder whose `node_modules` holds the reference client."""
    _told(pytestconfig, "tus-js-client", tus_clients.VERSION, tus_clients.lacks())
    return tus_clients.tus_js_client()


@pytest.fixture(scope="session")
def uppy(pytestconfig: pytest.Config) -> Path:
    """The folder whose `node_modules` holds Uppy."""
    _told(pytestconfig, "uppy", f"{tus_clients.UPPY_VERSION}, on Node", tus_clients.lacks())
    return tus_clients.uppy()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/x.db"
    server: postgreses.Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(scope="session")
def s3_server(
    engines_dir: Path, pytestconfig: pytest.Config
) -> Generator[Callable[[str], s3.Store]]:
    """Any S3 server by its name, started when it is first asked for."""
    started: dict[str, s3.Store] = {}

    def named(name: str) -> s3.Store:
        _told(pytestconfig, name, s3.version(name), s3.lacks())
        if name not in started:
            store = s3.STORES[name](engines_dir / name)
            store.server.start()
            started[name] = store
        return started[name]

    yield named
    for store in started.values():
        store.server.stop()


@pytest.fixture(params=sorted(s3.STORES))
def s3_store(request: pytest.FixtureRequest, s3_server: Callable[[str], s3.Store]) -> s3.Store:
    """Each S3 server in turn."""
    return s3_server(request.param)


@pytest.fixture(params=sorted(s3.STORES))
def mortal_s3(
    request: pytest.FixtureRequest, tmp_path: Path, pytestconfig: pytest.Config
) -> Generator[s3.Store]:
    """An S3 server of each kind that the test may kill."""
    name: str = request.param
    _told(pytestconfig, name, s3.version(name), s3.lacks())
    store = s3.STORES[name](tmp_path / "s3")
    store.server.start()
    yield store
    store.server.kill()


@pytest.fixture
def s3_bucket(s3_store: s3.Store) -> str:
    """The address of an empty bucket of each S3 server, with versions and Object Lock."""
    return s3_store.new_bucket()


@pytest.fixture(params=["folder", *sorted(s3.STORES)])
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, s3_server: Callable[[str], s3.Store]
) -> str:
    """The address of an empty store of objects, of each kind."""
    is_folder = request.param == "folder"
    return (tmp_path / "store").as_uri() if is_folder else s3_server(request.param).new_bucket()


def _told(config: pytest.Config, name: str, version: str, lacks: str | None) -> None:
    """Put into the summary what ran; skip with the reason, or fail where engines are required."""
    config.stash[RAN][name] = f"not run: {lacks}" if lacks else version
    if lacks and os.environ.get("LIUHEN_REQUIRE_ENGINES") == "1":
        pytest.fail(f"{name}: {lacks}, and LIUHEN_REQUIRE_ENGINES=1")
    if lacks:
        pytest.skip(f"{name}: {lacks}")
