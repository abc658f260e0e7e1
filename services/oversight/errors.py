"""Expected failures of oversight."""

from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class AgencyUnknownError(AppError):
    """No such agency, or none whose figures the requester may see: the two must look the same."""

    code: ClassVar[str] = "oversight.agency-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该执法机关"
