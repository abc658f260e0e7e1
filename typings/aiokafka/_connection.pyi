# Not a module of aiokafka's: the options of a connection, which each of its clients takes.

from ssl import SSLContext
from typing import TypedDict

class Connection(TypedDict, total=False):
    bootstrap_servers: str | list[str]
    retry_backoff_ms: int
    security_protocol: str
    ssl_context: SSLContext | None
    sasl_mechanism: str
    sasl_plain_username: str | None
    sasl_plain_password: str | None
