"""What a command loads: a night's back-up should not wait for eight services it does not start."""

import subprocess
import sys

from liuhen.services import SERVICES


def test_the_command_loads_no_service_and_no_client_of_s3_before_they_are_asked_for():
    lists = [sys.executable, "-c", "import sys, liuhen.cli; print(*sys.modules)"]
    ran = subprocess.run(lists, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    loaded = set(ran.stdout.split())
    assert "liuhen.backup" in loaded
    assert loaded.isdisjoint({*(f"{name}.app" for name in SERVICES), "minio"})


def test_every_service_is_where_its_entry_looks_for_it():
    for name, entry in SERVICES.items():
        prefix = entry.settings.model_config.get("env_prefix")
        assert prefix == f"LIUHEN_{name.upper()}_"
