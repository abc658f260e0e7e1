"""`python -m dock` is `liuhen-dock`."""

from dock.cli import app

app()
