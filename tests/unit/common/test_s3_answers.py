"""What is an answer of S3, and what is somebody else's page."""

import pytest
from urllib3 import HTTPResponse

from common.s3_client import OtherAnswersError, expect_told

COMPLETE = b'<?xml version="1.0"?><CompleteMultipartUploadResult/>'


@pytest.mark.parametrize("before", [b"", b" \n\r\n "], ids=["at once", "line kept open before"])
def test_an_answer_counts_whatever_white_space_came_before_it(before: bytes) -> None:
    answer = HTTPResponse(before + COMPLETE)
    assert expect_told(answer, "CompleteMultipartUploadResult").tag == (
        "CompleteMultipartUploadResult"
    )


def test_a_page_is_no_answer() -> None:
    with pytest.raises(OtherAnswersError):
        expect_told(HTTPResponse(b"<html><body/></html>"), "CompleteMultipartUploadResult")
