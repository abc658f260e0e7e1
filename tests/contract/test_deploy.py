"""deploy/ fits the product: what it starts, tells and opens is what the code knows and needs.

Each check is a function that lists what is wrong; each is seen red on a copy with one thing broken.
"""

import os
import re
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import compose_spec
import kubernetes_validate
import pytest
import typer.main
import yaml
from pydantic_core import PydanticUndefined

from common.kafka_topics import FOR_EVER
from common.settings import SHARED
from contracts.topics import PARTITIONS
from liuhen.cli import app
from liuhen.services import SERVICES
from tests.support import manifests
from tests.support.engines import RAN
from tests.support.manifests import OVERLAYS, Process, Thing
from tools import deploy
from tools.engines import kafka

KUBERNETES: Final = "1.37"
PINNED: Final = re.compile(r"[a-z/]+:[\w.-]*\d[\w.-]*")
PASSWORD: Final = re.compile(r"://[^/\s]*:[^/\s]*@|(?i:password|secret_key)[:=] *['\"]?\w")
UNCHECKED: Final = {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"}
"""Strimzi's kinds: no package ships their schemas."""
CHECKED_ELSEWHERE: Final = {"Cluster", "Database", "ServiceMonitor"}
Break: Any = Callable[[Thing], None]


# What may be wrong


def unfit_words(process: Process) -> list[str]:
    """A command that the product's own command line refuses."""
    if not process.words:
        return []
    verb, *words = process.words
    command: Any = typer.main.get_command(app)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in process.variables.items():
            environment.setenv(name, value)
        try:
            command.commands[verb].make_context(verb, list(words))
        except Exception as error:  # noqa: BLE001 - typer has no public name for its refusals
            return [f"{process.name}: {' '.join(process.words)}: {error}"]
    return []


def unfit_variables(process: Process) -> list[str]:
    """Variables that no setting reads, and settings without one."""
    prefixed = {name for name in process.variables if name.startswith("LIUHEN_")}
    known, required = set(SHARED), set[str]()
    if process.words and process.words[0] in {"serve", "migrate"}:
        service = process.words[1]
        for field, its in SERVICES[service].settings.model_fields.items():
            variable = f"LIUHEN_{service}_{field}".upper()
            known.add(variable)
            required |= {variable} if its.default is PydanticUndefined else set()
    return [
        *(f"{process.name}: nobody reads {it}" for it in sorted(prefixed - known)),
        *(f"{process.name}: lacks {it}" for it in sorted(required - prefixed)),
    ]


def missing_services(processes: Sequence[Process]) -> list[str]:
    """Services that are not started, or not migrated."""
    there = {tuple(process.words[:2]) for process in processes}
    wanted = {(verb, name) for verb in ("serve", "migrate") for name in SERVICES}
    return [f"nobody does {' '.join(it)}" for it in sorted(wanted - there)]


def open_secrets(text: str) -> list[str]:
    return [f"a secret: {found[0]}" for found in PASSWORD.finditer(text)]


def unfit_kinds(things: Sequence[Thing]) -> list[str]:
    """What Kubernetes itself would refuse, and kinds of operators nobody has thought of."""
    wrong: list[str] = []
    for thing in things:
        try:
            kubernetes_validate.validate(thing, KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            wrong.append(f"{thing['kind']} {thing['metadata']['name']}: {error}")
        except kubernetes_validate.SchemaNotFoundError:
            if thing["kind"] not in UNCHECKED | CHECKED_ELSEWHERE:
                wrong.append(f"{thing['kind']} is unknown")
    return wrong


def unfit_pods(things: Sequence[Thing]) -> list[str]:
    """Pods that are not restricted, not pinned, not fenced in, or listen where nobody asks."""
    wrong: list[str] = []
    for name, pod in manifests.pods(things):
        spec = pod["spec"]
        (it,) = spec["containers"]
        security = it["securityContext"]
        checks = {
            "runs as root": not spec["securityContext"]["runAsNonRoot"],
            "has no seccomp profile": "seccompProfile" not in spec["securityContext"],
            "keeps capabilities": security["capabilities"] != {"drop": ["ALL"]},
            "may gain rights": security["allowPrivilegeEscalation"] is not False,
            "writes into its image": it["name"] == manifests.OURS
            and not security.get("readOnlyRootFilesystem"),
            "gets variables of Services": spec["enableServiceLinks"] is not False,
            "requests nothing": not it["resources"]["requests"],
            "is not pinned": not PINNED.fullmatch(it["image"]),
            "is outside of `deny`": pod["metadata"]["labels"].get("app.kubernetes.io/part-of")
            != "liuhen",
            "listens elsewhere": "serve" in it.get("args", [])
            and it["args"][it["args"].index("--port") + 1] != str(it["ports"][0]["containerPort"]),
            "has no probes": it["name"] == manifests.OURS
            and "serve" in it.get("args", [])
            and not {"startupProbe", "livenessProbe", "readinessProbe"} <= it.keys(),
        }
        wrong += [f"{name} {said}" for said, is_so in checks.items() if is_so]
    return wrong


def unfit_doors(things: Sequence[Thing]) -> list[str]:
    """Services that lead to no pod or to pods of several kinds, or to another port."""
    pods = list(manifests.pods(things))
    wrong: list[str] = []
    for thing in (it for it in things if it["kind"] == "Service"):
        its, (port,) = thing["spec"]["selector"].items(), thing["spec"]["ports"]
        found = [pod for _, pod in pods if its <= pod["metadata"]["labels"].items()]
        ports = [it for pod in found for it in pod["spec"]["containers"][0].get("ports", [])]
        target = port.get("targetPort", port["port"])
        if len(found) != 1 or target not in {ports[0].get("name"), ports[0]["containerPort"]}:
            wrong.append(f"Service {thing['metadata']['name']} leads to {len(found)} pods")
    return wrong


def unfit_topics(things: Sequence[Thing]) -> list[str]:
    specs = {it["metadata"]["name"]: it["spec"] for it in things if it["kind"] == "KafkaTopic"}
    wrong = [] if {n: s["partitions"] for n, s in specs.items()} == PARTITIONS else ["partitions"]
    for name, spec in specs.items():
        said = {word: str(value) for word, value in spec["config"].items()}
        wrong += [] if said == {**FOR_EVER, "min.insync.replicas": "2"} else [name]
    return wrong


def unfit_compose(file: Thing) -> list[str]:
    """What compose would refuse, and what we do: the unpinned, the unnamed, the open."""
    try:
        compose_spec.PyCompose.from_yaml(yaml.safe_dump(file))
    except ValueError as error:
        return [str(error)]
    wrong: list[str] = []
    for name, it in file["services"].items():
        volumes = {volume.partition(":")[0] for volume in it.get("volumes", [])}
        used = {part["source"] for part in it.get("configs", [])}
        checks = {
            "is not pinned": not PINNED.fullmatch(it["image"]),
            "has an unnamed volume": not volumes <= file["volumes"].keys(),
            "uses what is not declared": not used <= file["configs"].keys()
            or not set(it.get("secrets", [])) <= file["secrets"].keys()
            or not set(it["networks"]) <= file["networks"].keys(),
            "waits for nobody": not set(it.get("depends_on", {})) <= file["services"].keys(),
            "has no health check": it["restart"] == "unless-stopped" and "healthcheck" not in it,
            "can be reached from outside": "ports" in it and name != "gateway",
            "writes into its image": it["image"].startswith("liuhen:") and not it["read_only"],
            "keeps capabilities": it["image"].startswith("liuhen:") and it["cap_drop"] != ["ALL"],
        }
        wrong += [f"{name} {said}" for said, is_so in checks.items() if is_so]
    files = [it["file"] for part in ("configs", "secrets") for it in file[part].values()]
    here = manifests.COMPOSE.parent
    wrong += [
        f"{it} is missing"
        for it in files
        if not it.startswith("secrets/") and not (here / it).is_file()
    ]
    return wrong


# What is there


@pytest.fixture(scope="module", params=OVERLAYS)
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def things(form: str, pytestconfig: pytest.Config) -> list[Thing]:
    """Everything an overlay makes; skipped with a reason where `kubectl` is missing."""
    lacks = None if shutil.which("kubectl") else "kubectl not installed"
    unchecked = f"unchecked kinds: {', '.join(sorted(UNCHECKED))}"
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
    assert unfit_kinds([*things, *secrets]) == []
    assert unfit_pods(things) == []
    assert unfit_doors(things) == []


def test_an_overlay_tells_every_service_what_its_settings_ask_for(
    things: list[Thing], secrets: list[Thing]
) -> None:
    processes = manifests.pod_processes(things, secrets)
    assert missing_services(processes) == []
    for process in processes:
        assert unfit_words(process) + unfit_variables(process) == []


def test_a_provinces_topics_are_the_contracts(things: list[Thing], form: str) -> None:
    if form == "province":
        assert unfit_topics(things) == []


def test_compose_is_what_docker_takes() -> None:
    assert unfit_compose(manifests.compose()) == []


def test_compose_tells_every_service_what_its_settings_ask_for(env_files: Path) -> None:
    processes = manifests.compose_processes(manifests.compose(), env_files)
    assert missing_services(processes) == []
    for process in processes:
        assert unfit_words(process) + unfit_variables(process) == []


def test_no_secret_lies_in_a_file() -> None:
    for path in manifests.DEPLOY.rglob("*.yaml"):
        assert open_secrets(path.read_text(encoding="utf-8")) == [], path


def test_kafka_is_the_one_that_the_tests_run_on() -> None:
    image = manifests.compose()["services"]["kafka"]["image"]
    assert image == f"apache/kafka:{kafka.VERSION}"
    assert image in (manifests.DEPLOY / "k8s/components/engines/kafka.yaml").read_text()


# Seen red


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
    "is outside of `deny`": lambda pod: pod["metadata"]["labels"].pop("app.kubernetes.io/part-of"),
    "listens elsewhere": set_at(f"{CONTAINER}.ports.0.containerPort", 8081),
    "has no probes": set_at(f"{CONTAINER}.livenessProbe", None),
}


@pytest.mark.parametrize("said", BROKEN_PODS)
def test_a_pod_that_is_not_as_it_must_be_is_seen(broken: list[Thing], said: str) -> None:
    BROKEN_PODS[said](template(broken))
    assert [it for it in unfit_pods(broken) if it.endswith(said)]


def test_a_misspelt_field_and_an_unknown_kind_are_seen(broken: list[Thing]) -> None:
    template(broken)["spec"]["enableServiceLink"] = False
    assert any("enableServiceLink" in it for it in unfit_kinds(broken))
    broken[0]["kind"] = "Kafkatopic"
    assert "Kafkatopic is unknown" in unfit_kinds(broken)


def test_a_service_that_also_leads_to_its_migration_is_seen(broken: list[Thing]) -> None:
    migrate = template(broken, "liuhen-migrate-catalog")["metadata"]["labels"]
    migrate["app.kubernetes.io/component"] = "serve"
    assert unfit_doors(broken) == ["Service liuhen-catalog leads to 2 pods"]


def test_another_partition_count_is_seen(broken: list[Thing], form: str) -> None:
    if form == "province":
        topic = next(it for it in broken if it["kind"] == "KafkaTopic")
        topic["spec"]["partitions"] += 1
        topic["spec"]["config"]["retention.ms"] = 604_800_000
        assert unfit_topics(broken) == ["partitions", topic["metadata"]["name"]]


SERVE: Final = ("serve", "audit", "--port", "8080")
WRONG_PROCESSES: Final = {
    "nobody reads LIUHEN_AUDIT_KEY_DIR": Process("x", SERVE, {"LIUHEN_AUDIT_KEY_DIR": "/keys"}),
    "nobody reads LIUHEN_INGEST_BUS_URL": Process("x", SERVE, {"LIUHEN_INGEST_BUS_URL": "kafka://"}),
    "lacks LIUHEN_AUDIT_KEYS_DIR": Process("x", SERVE, {}),
    "No such option: --hots": Process("x", ("serve", "audit", "--hots", "0.0.0.0"), {}),  # noqa: S104
    "not one of": Process("x", ("serve", "auditing"), {}),
    "Missing parameter: bus_url": Process("x", ("topics",), {}),
}


@pytest.mark.parametrize("said", WRONG_PROCESSES)
def test_a_process_that_would_refuse_to_start_is_seen(said: str) -> None:
    process = WRONG_PROCESSES[said]
    wrong = unfit_words(process) or unfit_variables(process)
    assert any(said in it for it in wrong), wrong


def test_a_forgotten_service_is_seen(env_files: Path) -> None:
    file = manifests.compose()
    del file["services"]["migrate-audit"]
    processes = manifests.compose_processes(file, env_files)
    assert missing_services(processes) == ["nobody does migrate audit"]


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
    assert any(said in it for it in unfit_compose(file)), unfit_compose(file)


@pytest.mark.parametrize(
    "text", ["url: s3://ingest:hunter2@minio:9000/x", "MINIO_ROOT_PASSWORD: hunter2"]
)
def test_a_secret_in_a_file_is_seen(text: str) -> None:
    assert open_secrets(text)
