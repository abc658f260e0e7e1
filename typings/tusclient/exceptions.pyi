class TusUploadFailed(Exception):  # noqa: N818 - its own name
    status_code: int | None
    response_content: bytes | None
