"""Lists what is wrong with deploy/; tests/contract/test_deploy.py sees each of them red."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import compose_spec
import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs] - it has none
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
from tests.support.manifests import Process, Thing

KUBERNETES: Final = "1.37"
PINNED: Final = re.compile(r"[a-z/]+:[\w.-]*\d[\w.-]*")
PASSWORD: Final = re.compile(r"://[^/\s]*:[^/\s]*@|(?i:password|secret_key)[:=] *['\"]?\w")
UNCHECKED: Final = {
    *("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"),
    *("Cluster", "Database", "ServiceMonitor"),
}
"""The operators' kinds; the schemas are Kubernetes' own."""


def words(process: Process) -> list[str]:
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


def variables(process: Process) -> list[str]:
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


def kinds(things: Sequence[Thing]) -> list[str]:
    """What Kubernetes itself would refuse, and kinds of operators nobody has thought of."""
    wrong: list[str] = []
    for thing in things:
        try:
            kubernetes_validate.validate(thing, KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            wrong.append(f"{thing['kind']} {thing['metadata']['name']}: {error}")
        except kubernetes_validate.SchemaNotFoundError:
            if thing["kind"] not in UNCHECKED:
                wrong.append(f"{thing['kind']} is unknown")
    return wrong


def pods(things: Sequence[Thing]) -> list[str]:
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


def doors(things: Sequence[Thing]) -> list[str]:
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


def replicas(things: Sequence[Thing]) -> list[str]:
    """Replicas of ingest that would not find each other by the addresses they are told."""
    (its,) = (it for it in things if _is(it, "StatefulSet", "liuhen-ingest"))
    (container,) = its["spec"]["template"]["spec"]["containers"]
    told = {it["name"]: it.get("value", "") for it in container["env"]}
    count, door = its["spec"]["replicas"], its["spec"]["serviceName"]
    known = [f"http://liuhen-ingest-{number}.{door}:8080" for number in range(count)]
    said = json.loads(told.get("LIUHEN_INGEST_REPLICAS", json.dumps(known if count == 1 else [])))
    wrong = [] if said == known else [f"{count} replicas are told of {said}"]
    wrong += [] if "LIUHEN_INGEST_REPLICA" in told else ["no replica knows which it is"]
    headless = [
        it for it in things if _is(it, "Service", door) and it["spec"].get("clusterIP") == "None"
    ]
    return wrong if headless else [*wrong, f"replicas have no names, for lack of {door}"]


def _is(thing: Thing, kind: str, name: str) -> bool:
    return thing["kind"] == kind and thing["metadata"]["name"] == name


def topics(things: Sequence[Thing]) -> list[str]:
    specs = {it["metadata"]["name"]: it["spec"] for it in things if it["kind"] == "KafkaTopic"}
    wrong = [] if {n: s["partitions"] for n, s in specs.items()} == PARTITIONS else ["partitions"]
    for name, spec in specs.items():
        said = {word: str(value) for word, value in spec["config"].items()}
        wrong += [] if said == {**FOR_EVER, "min.insync.replicas": "2"} else [name]
    return wrong


def compose(file: Thing) -> list[str]:
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
