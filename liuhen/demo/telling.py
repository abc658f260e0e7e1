"""Shows the story in a terminal as it happens."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

REASONS_MAX: Final = 2
"""Of each row, so that a table fits a screen; the API tells all."""
VERDICTS: Final = {
    "satisfied": "[green]符合",
    "not_satisfied": "[red]不符合",
    "needs_judgement": "[yellow]需人工判定",
    "exempt": "不适用情形",
    "not_applicable": "[dim]不涉及",
}


class Telling:
    """The story's teller for people; safe on a terminal without colours and in a log file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: Progress | None = None

    def begin(self, number: int, title: str) -> None:
        self._console.print(f"[bold]{number:>2}  {title}[/bold]")

    def end(self, ok: bool, ms: int, detail: str) -> None:  # noqa: FBT001 - an outcome
        sign = "[green]✓[/green]" if ok else "[red]✗[/red]"
        self._console.print(f"    {sign} {detail} [dim]{ms} ms[/dim]\n", highlight=False)

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, style="dim")

    def upload(self, title: str, size_bytes: int) -> Callable[[int], None]:
        if self._bars is None:
            return lambda _done: None
        bar = self._bars.add_task(title, total=size_bytes)
        return lambda done: self._bars.update(bar, completed=done) if self._bars else None

    @contextmanager
    def bars(self) -> Generator[None]:
        """Show progress bars for the uploads of one chapter."""
        columns = (TextColumn("    {task.description}"), BarColumn(40), DownloadColumn())
        with Progress(*columns, console=self._console) as self._bars:
            yield
        self._bars = None

    def findings(self, title: str, evaluation: dict[str, Any]) -> None:
        table = Table(title=title, title_justify="left", caption_justify="left")
        for heading in ("依据", "记录事项", "结论", "理由"):
            table.add_column(heading, overflow="fold", no_wrap=heading in {"依据", "结论"})
        for finding in evaluation["findings"]:
            row, document = finding["citation"].split("《", 1)
            # The first tells the window, which is the same for every row.
            reasons = "\n".join(finding["reasons"][1 : 1 + REASONS_MAX])
            table.add_row(row, finding["matter"], VERDICTS[finding["verdict"]], reasons)
            table.caption = f"《{document}"
        self._console.print(table)


class Silent:
    """Tells nobody: for playing the story to other ends."""

    def upload(self, _title: str, _size_bytes: int) -> Callable[[int], None]:
        return lambda _done: None

    def findings(self, _title: str, _evaluation: dict[str, Any]) -> None: ...

    def say(self, _text: str) -> None: ...
