"""The product on a disk that has no room for another film."""

import sys

from ingest.adapters import spool
from liuhen.cli import app

if __name__ == "__main__":
    spool.ROOM_MIN_BYTES = 2**60  # pyright: ignore[reportConstantRedefinition, reportAttributeAccessIssue] - a disk cannot be filled here
    sys.exit(app())
