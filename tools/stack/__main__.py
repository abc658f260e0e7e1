"""`./dev stack`: the product as many processes on the real engines, without Docker."""

import argparse
import sys
from pathlib import Path
from typing import Final

from liuhen.setup import SETUP_CODE
from tools.engines import kafka, nginx, postgres, s3
from tools.engines.cache import EngineError
from tools.engines.place import temporary
from tools.stack import running
from tools.stack.engines import lacks
from tools.stack.running import NotRunningError
from tools.stack.stack import raise_

FOLDER: Final = Path(__file__).resolve().parents[2] / ".stack"


def main() -> int:
    words = argparse.ArgumentParser(prog="./dev stack", description=__doc__)
    verbs = words.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start the engines and every service, all new")
    up.add_argument("--brokers", type=int, choices=[1, 3], default=1)
    up.add_argument("--replicas", type=int, default=1, help="of each service that may have several")
    verbs.add_parser("status", help="what runs, and since when")
    verbs.add_parser("logs", help="the end of one process's log").add_argument("name")
    verbs.add_parser("down", help="stop everything and remove its data")
    demo = verbs.add_parser(
        "demo", help="the story on a stack of its own, which is gone afterwards"
    )
    demo.add_argument("--json", type=Path, help="write the outcome here")
    said = words.parse_args()
    try:
        match said.verb:
            case "up":
                return _up(said.brokers, said.replicas)
            case "status":
                print(running.status(FOLDER))
            case "logs":
                print(running.log(FOLDER, said.name), end="")
            case "down":
                running.stop(FOLDER)
            case _:
                return _demo(said.json)
    except (EngineError, NotRunningError) as error:
        print(f"stack: {error}", file=sys.stderr)
        return 2
    return 0


def _up(brokers: int, replicas: int) -> int:
    _refuse_without_tools()
    running.refuse_second(FOLDER)
    stack = raise_(FOLDER, brokers, replicas)
    running.remember(stack)
    print(f"Liuhen 留痕 listens on {stack.address}, everything in {FOLDER}\n{_versions()}")
    return 0


def _demo(json_file: Path | None) -> int:
    from liuhen.demo import run  # noqa: PLC0415 - PyAV and Pillow take a second to load

    run.refuse_in_production()
    _refuse_without_tools()
    with temporary("liuhen-stack-") as folder:
        stack = raise_(folder)
        try:
            product = run.Product(
                stack.address, folder / "identity" / SETUP_CODE, folder / "access" / "exports"
            )
            return run.tell(product, _versions(), stay=False, json_file=json_file)
        finally:
            stack.stop()


def _versions() -> str:
    return (
        f"Kafka {kafka.VERSION}, PostgreSQL {postgres.version()}, MinIO {s3.version('minio')}, "
        f"nginx {nginx.version()}"
    )


def _refuse_without_tools() -> None:
    if lacking := lacks():
        raise NotRunningError(f"the engines cannot run here: {lacking}")


if __name__ == "__main__":
    sys.exit(main())
