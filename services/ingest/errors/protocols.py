"""What may be wrong with how an upload is spoken of."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar, Final

from common.errors import AppError


class ProtocolVersionError(AppError):
    """The request does not say `Tus-Resumable: 1.0.0` (tus 1.0, "Headers")."""

    code: ClassVar[str] = "ingest.tus-version"
    status: ClassVar[HTTPStatus] = HTTPStatus.PRECONDITION_FAILED
    title: ClassVar[str] = "不支持的续传协议版本"

    def __init__(self) -> None:
        super().__init__("请使用 tus 1.0.0")
        self.headers["Tus-Version"] = "1.0.0"


class ContentTypeError(AppError):
    """A chunk is `application/offset+octet-stream`, and not compressed.

    `wanted` is the type that the protocol spoken has for it.
    """

    code: ClassVar[str] = "ingest.content-type"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title: ClassVar[str] = "分片的内容类型不正确"

    def __init__(self, wanted: str) -> None:
        said = f"Content-Type 须为 {wanted}，且不得压缩（不带 Content-Encoding）"
        super().__init__(said, wanted=wanted)


SHOULD_BE: Final[Mapping[str, str]] = {
    "Content-Digest": "形如 sha-256=:BASE64:",
    "Content-Length": "须为整数（字节）",
    "Repr-Digest": "形如 sha-256=:BASE64:",
    "Upload-Complete": "须为 ?1（最后一段）或 ?0",
    "Upload-Concat": "须为 partial，或 final; 后接各分段的地址，以空格分隔",
    "Upload-Defer-Length": "只能是 1，且不与 Upload-Length 同时使用",
    "Upload-Length": "须为大于 0 的整数（字节）",
    "Upload-Metadata": "形如 键 BASE64,键 BASE64，值是 UTF-8 文字的 base64，见 docs/uploading.md",
    "Upload-Offset": "须为整数（服务器已收到的字节数）",
}
"""What the headers of uploads are, by their names."""


class HeaderInvalidError(AppError):
    """A header is missing or odd; `header` says which, the detail what it should be."""

    code: ClassVar[str] = "ingest.header-invalid"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "请求头缺失或有误"

    def __init__(self, header: str, said: str = "") -> None:
        super().__init__(f"{header}：{said or SHOULD_BE[header]}", header=header)


class MetadataInvalidError(AppError):
    """`Upload-Metadata` is not what an announcement needs; `fields` says where and what."""

    code: ClassVar[str] = "ingest.metadata-invalid"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "音像资料的登记信息有误"


class ChecksumAlgorithmError(AppError):
    """`Upload-Checksum` names an algorithm that is not spoken here, or is no checksum at all."""

    code: ClassVar[str] = "ingest.checksum-algorithm"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "不支持的分片校验算法或校验值有误"


class InteropVersionError(AppError):
    """`Upload-Draft-Interop-Version` names a draft that is not spoken here; `spoken` lists ours."""

    code: ClassVar[str] = "ingest.interop-version"
    status: ClassVar[HTTPStatus] = HTTPStatus.PRECONDITION_FAILED
    title: ClassVar[str] = "不支持的续传草案版本"

    def __init__(self, spoken: Sequence[int]) -> None:
        listed = "、".join(map(str, spoken))
        super().__init__(f"支持 Upload-Draft-Interop-Version {listed}，或 tus 1.0.0", spoken=spoken)


class CompletedError(AppError):
    """The upload is complete and takes no more bytes (Resumable Uploads, "Completed Upload")."""

    code: ClassVar[str] = "ingest.upload-complete"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "音像资料已上传完成，不能再追加内容"


class PausedError(AppError):
    """As `UploadInterruptedError`, for clients that go on only after a failure of the server."""

    code: ClassVar[str] = "ingest.paused"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "本次传输已中断，请查询已接收的位置后续传"

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers |= {"Upload-Offset": str(offset), "Connection": "close"}


class ContentDigestDiffersError(AppError):
    """The request's bytes are not those of its `Content-Digest`; none is kept (RFC 9530)."""

    code: ClassVar[str] = "ingest.content-digest-differs"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "本次传输的内容与 Content-Digest 不一致，请重新发送"


class DigestConflictError(AppError):
    """Two digests of the same film were said, by `Repr-Digest` and by the announcement."""

    code: ClassVar[str] = "ingest.digest-conflict"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "两处声明的音像资料摘要不一致"
