"""Writes what deploy/ holds about routes and topics: `python -m tools.deploy`; a test compares."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml

from contracts.topics import PARTITIONS
from liuhen.services import SERVICES
from tools.engines.nginx import RULES

DEPLOY: Final = Path(__file__).parents[1] / "deploy"
PORT: Final = 8080
"""Of every service's container."""
HEAD: Final = "# Written by `python -m tools.deploy` from the product's own tables.\n"
FOR_EVER: Final = {"retention.ms": -1, "retention.bytes": -1, "cleanup.policy": "delete"}
"""As `common.kafka_topics` makes topics, in YAML's types."""


def nginx() -> str:
    """The gateway of compose: TLS, and every service below its name."""
    locations = "".join(
        f"    location /{name}/ {{ set $service http://{name}:{PORT}; proxy_pass $service; }}\n"
        for name in SERVICES
    )
    return f"""{HEAD}events {{ worker_connections 4096; }}
http {{
  access_log off;
  # Docker's own, asked again: a service that is made anew has another address.
  resolver 127.0.0.11 valid=10s;
  server {{
    listen 443 ssl;
    ssl_certificate /run/secrets/gateway.crt;
    ssl_certificate_key /run/secrets/gateway.key;
{RULES}{locations}  }}
}}
"""


def ingress() -> str:
    """The gateway of Kubernetes, by the same table."""
    paths = [
        {
            "path": f"/{name}",
            "pathType": "Prefix",
            "backend": {"service": {"name": f"liuhen-{name}", "port": {"name": "http"}}},
        }
        for name in SERVICES
    ]
    # Of the nginx controller; another one needs its own words for "do not buffer".
    words = {
        "proxy-body-size": "0",
        "proxy-request-buffering": "off",
        "proxy-buffering": "off",
        "proxy-read-timeout": "3600",
        "proxy-send-timeout": "3600",
    }
    return HEAD + _yaml(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": "liuhen",
                "annotations": {f"nginx.ingress.kubernetes.io/{w}": v for w, v in words.items()},
            },
            "spec": {
                "ingressClassName": "nginx",
                "tls": [{"hosts": ["HOST"], "secretName": "liuhen-tls"}],
                "rules": [{"host": "HOST", "http": {"paths": paths}}],
            },
        }
    )


def topics() -> str:
    """The topics of a Strimzi cluster."""
    return _strimzi(
        "KafkaTopic",
        {
            name: {
                "partitions": count,
                "replicas": 3,
                "config": {**FOR_EVER, "min.insync.replicas": 2},
            }
            for name, count in PARTITIONS.items()
        },
    )


def users() -> str:
    """Who may do what on it: write one's own topic, read those of others that one listens to."""
    return _strimzi("KafkaUser", {name: _user(name) for name in SERVICES})


def listens_to(name: str) -> list[str]:
    """The topics that a service reads, as its consumers say."""
    try:
        consumers = import_module(f"{name}.consumers")
    except ModuleNotFoundError:
        return []
    every = getattr(consumers, "EVERY", None)
    owners = {reaction.event.type.split(".")[0] for reaction in consumers.REACTIONS}
    return sorted(owners | (every.topics if every else set()))


def files() -> dict[Path, str]:
    """Every written file and its text."""
    return {
        DEPLOY / "compose" / "nginx.conf": nginx(),
        DEPLOY / "k8s" / "base" / "ingress.yaml": ingress(),
        DEPLOY / "k8s" / "overlays" / "province" / "topics.yaml": topics(),
        DEPLOY / "k8s" / "overlays" / "province" / "users.yaml": users(),
    }


def _user(name: str) -> dict[str, Any]:
    secret = {"name": f"liuhen-{name}-kafka", "key": "password"}
    rights = [
        ("topic", "*", ["Describe"]),  # the check of the topics at the start
        ("topic", name, ["Write"]),
        *(("topic", topic, ["Read"]) for topic in listens_to(name)),
        ("group", name, ["Read"]),
    ]
    return {
        "authentication": {
            "type": "scram-sha-512",
            "password": {"valueFrom": {"secretKeyRef": secret}},
        },
        "authorization": {
            "type": "simple",
            "acls": [
                {
                    "resource": {"type": kind, "name": its, "patternType": "literal"},
                    "operations": it,
                }
                for kind, its, it in rights
            ],
        },
    }


def _strimzi(kind: str, specs: dict[str, dict[str, Any]]) -> str:
    return HEAD + "---\n".join(
        _yaml(
            {
                "apiVersion": "kafka.strimzi.io/v1",
                "kind": kind,
                "metadata": {"name": name, "labels": {"strimzi.io/cluster": "liuhen"}},
                "spec": spec,
            }
        )
        for name, spec in specs.items()
    )


def _yaml(thing: dict[str, Any]) -> str:
    return yaml.safe_dump(thing, sort_keys=False)


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
