"""Reads deploy/ as those who run it would: what each container is told, by file or by Secret."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from tools.engines import kustomize

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
OVERLAYS: Final = ("county", "province")
COMPOSE: Final = DEPLOY / "compose" / "compose.yaml"
WORKLOADS: Final = {"Deployment", "StatefulSet", "Job"}
OURS: Final = "liuhen"
"""The name of our container in every pod, and of our image."""
LOG_NAME: Final = "liuhen.example.org/log/1"

Thing: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Process:
    """One container of our image."""

    name: str
    words: Sequence[str]
    """What follows `liuhen`; empty where it runs another program."""
    variables: Mapping[str, str]


def compose() -> Thing:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def overlay(name: str) -> list[Thing]:
    """Everything that an overlay makes, as kustomize builds it."""
    built = subprocess.run(  # noqa: S603 - our own files
        [*kustomize.command(), str(DEPLOY / "k8s" / "overlays" / name)],
        check=True,
        capture_output=True,
        text=True,
    )
    return list(yaml.safe_load_all(built.stdout))


def secrets(form: str, folder: Path) -> Path:
    """The made-up secrets of a new installation."""
    subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", str(DEPLOY / "secrets.sh"), form, str(folder), LOG_NAME],
        env={"PATH": "/usr/bin:/bin", "S3": "s3.example.org:443"},
        check=True,
    )
    return folder


def secret_things(folder: Path) -> list[Thing]:
    return list(yaml.safe_load_all((folder / "secrets.yaml").read_text(encoding="utf-8")))


def compose_processes(file: Thing, folder: Path) -> list[Process]:
    """Every container of our image in a compose file, told by the env files in `folder`."""
    return [
        Process(name, _words(it), _compose_variables(it, folder))
        for name, it in file["services"].items()
        if it["image"].partition(":")[0] == OURS
    ]


def pods(things: Sequence[Thing]) -> Iterator[tuple[str, Thing]]:
    """Every pod template, with what makes it."""
    for thing in things:
        if thing["kind"] in WORKLOADS:
            yield f"{thing['kind']} {thing['metadata']['name']}", thing["spec"]["template"]


def pod_processes(things: Sequence[Thing], secret: Sequence[Thing]) -> list[Process]:
    """Every container of our image in built manifests; `KeyError` where a source is missing."""
    told = {
        (thing["kind"], thing["metadata"]["name"]): thing.get("data") or thing.get("stringData")
        for thing in (*things, *secret)
        if thing["kind"] in {"ConfigMap", "Secret"}
    }
    return [
        _pod_process(name, pod, container, told)
        for name, pod in pods(things)
        for container in pod["spec"]["containers"]
        if container["name"] == OURS
    ]


def _pod_process(
    name: str, pod: Thing, container: Thing, told: Mapping[tuple[str, str], Any]
) -> Process:
    variables: dict[str, str] = {}
    for source in container.get("envFrom", []):
        kind = "ConfigMap" if "configMapRef" in source else "Secret"
        (reference,) = source.values()
        variables |= told[kind, reference["name"]]
    variables |= {it["name"]: it["value"] for it in container.get("env", []) if "value" in it}
    service = pod["metadata"]["labels"]["app.kubernetes.io/name"]
    words = [word.replace("$(SERVICE)", service) for word in container.get("args", [])]
    return Process(name, words, variables)


def _words(service: Thing) -> Sequence[str]:
    return [] if "entrypoint" in service else service["command"]


def _compose_variables(service: Thing, folder: Path) -> Mapping[str, str]:
    variables: dict[str, str] = {}
    for file in service.get("env_file", []):
        lines = (folder / Path(file).name).read_text(encoding="utf-8").splitlines()
        variables |= dict(line.split("=", 1) for line in lines)
    return variables | service.get("environment", {})
