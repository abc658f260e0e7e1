"""What oversight announces."""

from typing import ClassVar

from common.events import Refused


class RequestRefused(Refused):
    """Oversight refused a signed-in person."""

    type: ClassVar[str] = "oversight.request.refused.v1"
