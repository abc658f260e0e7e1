"""The dock's command: `liuhen-dock push FOLDER`, and the same under `liuhen dock`."""

import os
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Final, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import typer
from rich.console import Console

from contracts.ingest import Carrier
from dock.manifest import ManifestError
from dock.patience import AwayError
from dock.plan import ZONE, PlanError, Stated, read_manifest
from dock.receipt import NO_RECORDING, Receipt, UnwrittenError
from dock.server import Given, RefusedError, Server, Session, sign_in
from dock.task import Task, perform
from dock.telling import Bars, Lines

SERVER, USER = "LIUHEN_DOCK_SERVER", "LIUHEN_DOCK_USER"
PASSWORD, TOKEN = "LIUHEN_DOCK_PASSWORD", "LIUHEN_DOCK_TOKEN"
VARIABLES: Final = frozenset({SERVER, USER, PASSWORD, TOKEN})
"""What the environment may say. A password or token is never an argument: others can read those."""
TIMEOUT_S: Final = 120
"""For one answer; the last one of a long film waits for its digest and its store."""

Card = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="The card's folder; only read.")
]
Address = Annotated[str, typer.Option(envvar=SERVER, help="https://…, where the product is.")]
User = Annotated[str | None, typer.Option(envvar=USER, help="Who signs in; asks for the password.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds the password; nobody else may read it.")
]
Options = Annotated[
    Path | None, typer.Option(help="TOML with device_no, carrier, filmed_by, unit_id, secrecy.")
]
Device = Annotated[str | None, typer.Option(help="Number of the device.")]
Kind = Annotated[Carrier | None, typer.Option(help="Kind of device.")]
FilmedBy = Annotated[str | None, typer.Option(help="Account of who filmed, or `me`.")]
Unit = Annotated[str | None, typer.Option(help="Unit of who filmed.")]
Zone = Annotated[str, typer.Option(help="Zone of times in names of files.")]
Receipts = Annotated[
    Path | None, typer.Option(help="Where the receipt goes; beside the folder if not said.")
]
Trusted = Annotated[Path | None, typer.Option(help="Certificates to trust (PEM).")]
Parallel = Annotated[int, typer.Option(min=1, max=8, help="Films at a time.")]
PatienceS = Annotated[int, typer.Option(min=0, help="Seconds in a row for which nothing may move.")]
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def dock() -> None:
    """Take a whole card of films to Liuhen 留痕."""


@app.command()
def push(
    folder: Card,
    server: Address,
    user: User = None,
    password_file: PasswordFile = None,
    options: Options = None,
    device: Device = None,
    carrier: Kind = None,
    filmed_by: FilmedBy = None,
    unit: Unit = None,
    zone: Zone = ZONE,
    receipts: Receipts = None,
    ca: Trusted = None,
    parallel: Parallel = 2,
    patience: PatienceS = 600,
) -> None:
    """Send a whole card, verify it at the server and leave a receipt. Never wipes anything.

    Exit code: 0 everything is stored and verified, 1 something is missing, 2 wrong use.
    """
    with _refusing():
        stated = Stated.of(
            options, device_no=device, carrier=carrier, filmed_by=filmed_by, unit_id=unit
        )
        told, manifest_sha256 = read_manifest(folder) or (None, None)
        task = Task(
            server=_checked_address(server),
            folder=folder.resolve(),
            receipts=_checked_receipts(folder.resolve(), receipts),
            stated=stated,
            told=told,
            manifest_sha256=manifest_sha256,
            zone=_checked_zone(zone),
            parallel=parallel,
            budget_s=patience,
        )
        trust = ssl.create_default_context(cafile=ca) if ca else True
        with httpx.Client(base_url=task.server, timeout=TIMEOUT_S, verify=trust) as client:
            summed, place = _signed_in(client, task, user, password_file)
    _conclude(summed, place)


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _signed_in(
    client: httpx.Client, task: Task, user: str | None, password_file: Path | None
) -> tuple[Receipt, Path]:
    token = os.environ.get(TOKEN)
    if token and not user:
        return _perform(client, task, Given(token))
    if not user:
        raise PlanError(f"须说明由谁登录：--user，或在环境变量 {TOKEN} 中给出令牌")
    session = sign_in(client, user, _password(password_file))
    try:
        return _perform(client, task, session)
    finally:
        session.end(client)


def _perform(client: httpx.Client, task: Task, token: Given | Session) -> tuple[Receipt, Path]:
    console = Console()
    shown = Bars(console) if console.is_terminal else Lines(typer.echo)
    return perform(task, Server(client, token), shown, _SystemClock())


def _password(path: Path | None) -> str:
    if path is None:
        return os.environ.get(PASSWORD) or typer.prompt("password", hide_input=True, err=True)
    if path.stat().st_mode & 0o077:
        raise PlanError(f"{path} 能被其他人读取：请先执行 chmod 600")
    return path.read_text(encoding="utf-8").rstrip("\r\n")


def _checked_address(server: str) -> str:
    """An address to which a password may go: over TLS, or on this machine."""
    parts = urlsplit(server)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise PlanError(f"不是服务器地址：{server}")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise PlanError("其他机器上的服务器须用 https：口令与音像资料不得明文传输")
    return server.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_receipts(folder: Path, asked: Path | None) -> Path:
    """Where the receipt goes; seen to be writable before anything is sent, and not on the card."""
    place = (asked or folder.parent).resolve()
    if place == folder or folder in place.parents:
        raise PlanError("回执不得写入存储卡：请用 --receipts 另指文件夹")
    try:
        with TemporaryFile(dir=place):
            return place
    except OSError as error:
        raise PlanError(f"不能写入回执文件夹 {place}：请用 --receipts 另指文件夹") from error


def _checked_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PlanError(f"没有这个时区：{name}") from error


def _conclude(summed: Receipt, place: Path) -> None:
    for gap in summed.gaps:
        said = f"设备 {gap.device_no} 的文件编号缺 {gap.first}–{gap.last}：可能存在选择取舍"
        typer.secho(said, err=True, fg="yellow")
    for file in summed.files:
        if file.is_no_recording:
            typer.secho(f"{file.path}：{NO_RECORDING}", err=True, fg="yellow")
    for problem in summed.problems:
        typer.secho(problem, err=True, fg="red")
    typer.echo(f"回执：{place}")
    if summed.may_be_wiped:
        typer.echo("全部文件已保存并核对一致，存储卡可以清空（本程序不清空）")
        return
    if not summed.files:
        typer.secho("没有保存任何内容，存储卡不得清空", err=True, fg="red")
        raise typer.Exit(1)
    typer.secho("尚有文件未保存或未核对，存储卡不得清空；请再次执行", err=True, fg="red")
    raise typer.Exit(1)


@contextmanager
def _refusing() -> Generator[None]:
    """Say in a line why nothing was sent, and whose turn it is: 2 the person's, 1 the server's."""
    try:
        yield
    except (PlanError, ManifestError, OSError) as error:
        _refuse(str(error), 2, error)
    except RefusedError as error:
        is_passing = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        _refuse(str(error), 1 if is_passing else 2, error)
    except httpx.TransportError as error:
        _refuse(f"不能连接服务器（{type(error).__name__}）", 1, error)
    except (AwayError, UnwrittenError) as error:
        _refuse(str(error), 1, error)


def _refuse(said: str, code: int, error: Exception) -> NoReturn:
    typer.secho(said, err=True, fg="red")
    raise typer.Exit(code) from error
