"""The metadata of ingest's own database."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry

from common.db import NAMING, Rows


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)
