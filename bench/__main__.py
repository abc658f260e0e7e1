"""Runs benchmarks: `python -m bench [NAME ...] [--json FILE]`."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bench import engines, events, uploads, verdict
from bench.figures import Figure, number

BENCHMARKS: Final[dict[str, Callable[[], Sequence[Figure]]]] = {
    "events": events.measure,
    "verdict": verdict.measure,
    "uploads": uploads.measure,
    "engines": engines.measure,
    "engines_verdict": engines.measure_verdict,
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help=", ".join(BENCHMARKS))] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write it here.")] = None,
) -> None:
    """Measure, compare, and say what limits. Without a name: everything."""
    chosen = names or list(BENCHMARKS)
    unknown = sorted(set(chosen) - set(BENCHMARKS))
    if unknown:
        raise typer.BadParameter(f"no such benchmark: {', '.join(unknown)}")
    figures = [figure for name in chosen for figure in BENCHMARKS[name]()]
    if json_file:
        json_file.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n")
    _print(figures)


def _print(figures: Sequence[Figure]) -> None:
    table = Table("figure", "median", "runs from - to", "ratio", "goal")
    for it in figures:
        spread = f"{number(min(it.runs))} - {number(max(it.runs))} ({len(it.runs)})"
        ratio = number(it.ratio) if it.ratio else ""
        verdict = "met" if it.is_met else "[bold red]missed"
        goal = f"{it.aim} {verdict}" if it.aim else ""
        table.add_row(it.name, f"{number(it.value)} {it.unit}", spread, ratio, goal)
    console = Console()
    console.print(table)
    for it in figures:
        against = f" Ratio: against {it.against}." if it.against else ""
        console.print(f"[bold]{it.name}[/] is limited by {it.limit}.{against}")


if __name__ == "__main__":
    typer.run(main)
