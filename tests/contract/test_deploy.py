"""deploy/ fits the product: what it starts, tells and opens is what the code knows and needs.

Each check is a function that lists what is wrong; each is seen red on a copy with one thing broken.
"""

import os
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support import manifests, unfit
from tests.support.engines import RAN
from tests.support.manifests import OVERLAYS, Process, Thing
from tools import deploy
from tools.engines import kafka, kustomize


@pytest.fixture(scope="module", params=OVERLAYS)
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def things(form: str, pytestconfig: pytest.Config) -> list[Thing]:
    """Everything an overlay makes; skipped with a reason where kustomize cannot be had."""
    lacks = kustomize.lacks()
    unchecked = f"unchecked kinds: {', '.join(sorted(unfit.UNCHECKED))}"
    pytestconfig.stash[RAN]["manifests"] = lacks or f"kustomize builds; {unchecked}"
    if lacks and os.environ.get("LIUHEN_REQUIRE_ENGINES") == "1":
        pytest.fail(f"{lacks}, and LIUHEN_REQUIRE_ENGINES=1")
    if lacks:
        pytest.skip(lacks)
    return manifests.overlay(form)


@pytest.fixture
def secrets(form: str, tmp_path: Path) -> list[Thing]:
    return manifests.secret_things(manifests.secrets(form, tmp_path / "secrets"))


@pytest.fixture
def env_files(tmp_path: Path) -> Path:
    return manifests.secrets("compose", tmp_path / "secrets")


def test_what_is_written_from_the_products_tables_is_as_they_are() -> None:
    for path, text in deploy.files().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m tools.deploy`"


def test_an_overlay_is_what_kubernetes_takes(things: list[Thing], secrets: list[Thing]) -> None:
    assert unfit.kinds([*things, *secrets]) == []
    assert unfit.pods(things) == []
    assert unfit.doors(things) == []


def test_an_overlay_tells_every_service_what_its_settings_ask_for(
    things: list[Thing], secrets: list[Thing]
) -> None:
    processes = manifests.pod_processes(things, secrets)
    assert unfit.missing_services(processes) == []
    for process in processes:
        assert unfit.words(process) + unfit.variables(process) == []


def test_a_provinces_topics_are_the_contracts(things: list[Thing], form: str) -> None:
    if form == "province":
        assert unfit.topics(things) == []


def test_replicas_that_keep_films_find_each_other(things: list[Thing]) -> None:
    assert unfit.replicas(things) == []


def test_compose_is_what_docker_takes() -> None:
    assert unfit.compose(manifests.compose()) == []


def test_compose_tells_every_service_what_its_settings_ask_for(env_files: Path) -> None:
    processes = manifests.compose_processes(manifests.compose(), env_files)
    assert unfit.missing_services(processes) == []
    for process in processes:
        assert unfit.words(process) + unfit.variables(process) == []


def test_no_secret_lies_in_a_file() -> None:
    for path in manifests.DEPLOY.rglob("*.yaml"):
        assert unfit.open_secrets(path.read_text(encoding="utf-8")) == [], path


def test_both_kafkas_are_the_one_that_the_tests_run_on_and_are_told_the_same(
    things: list[Thing], form: str
) -> None:
    composes = manifests.compose()["services"]["kafka"]
    assert composes["image"] == f"apache/kafka:{kafka.VERSION}"
    if form == "county":
        (countys,) = template(things, " kafka")["spec"]["containers"]
        told = {it["name"]: it["value"] for it in countys["env"]}
        assert (countys["image"], told) == (composes["image"], composes["environment"])


@pytest.fixture
def broken(things: list[Thing]) -> list[Thing]:
    """A copy to break one thing of."""
    return deepcopy(things)


def template(things: Sequence[Thing], name: str = "liuhen-catalog") -> Thing:
    return next(pod for made_by, pod in manifests.pods(things) if made_by.endswith(name))


def set_at(place: str, value: object) -> Callable[[Thing], None]:
    """Break a thing at a path of keys and numbers; None takes the last key away."""
    *path, last = [int(it) if it.isdigit() else it for it in place.split(".")]

    def breaks(thing: Any) -> None:  # noqa: ANN401 - whatever YAML holds
        for key in path:
            thing = thing[key]
        if value is None:
            del thing[last]
        else:
            thing[last] = value

    return breaks


CONTAINER: Final = "spec.containers.0"
BROKEN_PODS: Final = {
    "runs as root": set_at("spec.securityContext.runAsNonRoot", value=False),
    "has no seccomp profile": set_at("spec.securityContext.seccompProfile", None),
    "keeps capabilities": set_at(f"{CONTAINER}.securityContext.capabilities", {"drop": []}),
    "may gain rights": set_at(f"{CONTAINER}.securityContext.allowPrivilegeEscalation", value=True),
    "writes into its image": set_at(f"{CONTAINER}.securityContext.readOnlyRootFilesystem", None),
    "gets variables of Services": set_at("spec.enableServiceLinks", value=True),
    "requests nothing": set_at(f"{CONTAINER}.resources.requests", {}),
    "is not pinned": set_at(f"{CONTAINER}.image", "liuhen:latest"),
    "is outside of `deny`": set_at("metadata.labels", {}),
    "listens elsewhere": set_at(f"{CONTAINER}.ports.0.containerPort", 8081),
    "has no probes": set_at(f"{CONTAINER}.livenessProbe", None),
}


@pytest.mark.parametrize("said", BROKEN_PODS)
def test_a_pod_that_is_not_as_it_must_be_is_seen(broken: list[Thing], said: str) -> None:
    BROKEN_PODS[said](template(broken))
    assert [it for it in unfit.pods(broken) if it.endswith(said)]


def test_a_misspelt_field_and_an_unknown_kind_are_seen(broken: list[Thing]) -> None:
    template(broken)["spec"]["enableServiceLink"] = False
    assert any("enableServiceLink" in it for it in unfit.kinds(broken))
    broken[0]["kind"] = "Kafkatopic"
    assert "Kafkatopic is unknown" in unfit.kinds(broken)


def test_a_service_that_also_leads_to_its_migration_is_seen(broken: list[Thing]) -> None:
    migrate = template(broken, "liuhen-migrate-catalog")["metadata"]["labels"]
    migrate["app.kubernetes.io/component"] = "serve"
    assert unfit.doors(broken) == ["Service liuhen-catalog leads to 2 pods"]


def test_another_partition_count_is_seen(broken: list[Thing], form: str) -> None:
    if form == "province":
        topic = next(it for it in broken if it["kind"] == "KafkaTopic")
        topic["spec"]["partitions"] += 1
        topic["spec"]["config"]["retention.ms"] = 604_800_000
        assert unfit.topics(broken) == ["partitions", topic["metadata"]["name"]]


def test_replicas_that_do_not_find_each_other_are_seen(broken: list[Thing]) -> None:
    its = next(
        it for it in broken if it["metadata"]["name"] == "liuhen-ingest" and "rep" in str(it)
    )
    its["spec"]["replicas"] = 3
    its["spec"]["serviceName"] = "liuhen-ingest"
    assert [it.partition(" of ")[0] for it in unfit.replicas(broken)] == [
        "3 replicas are told",
        "replicas have no names, for lack",
    ]


SERVE: Final = ("serve", "audit", "--port", "8080")
WRONG_PROCESSES: Final = {
    "nobody reads LIUHEN_AUDIT_KEY_DIR": Process("x", SERVE, {"LIUHEN_AUDIT_KEY_DIR": "/keys"}),
    "nobody reads LIUHEN_INGEST_BUS_URL": Process(
        "x", SERVE, {"LIUHEN_INGEST_BUS_URL": "kafka://"}
    ),
    "lacks LIUHEN_AUDIT_KEYS_DIR": Process("x", SERVE, {}),
    "No such option: --hots": Process("x", ("serve", "audit", "--hots", "::"), {}),
    "not one of": Process("x", ("serve", "auditing"), {}),
    "Missing parameter: bus_url": Process("x", ("topics",), {}),
}


@pytest.mark.parametrize("said", WRONG_PROCESSES)
def test_a_process_that_would_refuse_to_start_is_seen(said: str) -> None:
    process = WRONG_PROCESSES[said]
    wrong = unfit.words(process) or unfit.variables(process)
    assert any(said in it for it in wrong), wrong


def test_a_forgotten_service_is_seen(env_files: Path) -> None:
    file = manifests.compose()
    del file["services"]["migrate-audit"]
    processes = manifests.compose_processes(file, env_files)
    assert unfit.missing_services(processes) == ["nobody does migrate audit"]


BROKEN_COMPOSE: Final = {
    'does not start with "x-"': set_at("services.kafka.volums", []),
    "kafka is not pinned": set_at("services.kafka.image", "apache/kafka:latest"),
    "minio has an unnamed volume": set_at("services.minio.volumes", ["./files:/data"]),
    "gateway uses what is not declared": set_at("secrets", {}),
    "topics waits for nobody": set_at(
        "services.topics.depends_on", {"kafkas": {"condition": "service_healthy"}}
    ),
    "minio has no health check": set_at("services.minio.healthcheck", None),
    "audit can be reached from outside": set_at("services.audit.ports", ["8080:8080"]),
    "audit writes into its image": set_at("services.audit.read_only", value=False),
    "audit keeps capabilities": set_at("services.audit.cap_drop", []),
    "nginx.config is missing": set_at("configs.gateway.file", "nginx.config"),
}


@pytest.mark.parametrize("said", BROKEN_COMPOSE)
def test_a_compose_file_that_is_not_as_it_must_be_is_seen(said: str) -> None:
    file = deepcopy(manifests.compose())
    BROKEN_COMPOSE[said](file)
    assert any(said in it for it in unfit.compose(file)), unfit.compose(file)


@pytest.mark.parametrize(
    "text", ["url: s3://ingest:hunter2@minio:9000/x", "MINIO_ROOT_PASSWORD: hunter2"]
)
def test_a_secret_in_a_file_is_seen(text: str) -> None:
    assert unfit.open_secrets(text)
