"""HTTP face of ingest: the IETF's resumable uploads for films, at the addresses of tus."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response

from common.auth import Requester, public
from common.informational import inform
from ingest.domain.upload import Upload, UploadState
from ingest.errors import (
    CompletedError,
    LengthInvalidError,
    MetadataInvalidError,
    MoreThanAnnouncedError,
)
from ingest.operations import announcing, ending, saying, uploads
from ingest.operations.context import Context
from ingest.operations.intake import Chunk
from ingest.routes import digests, rufh, tus
from ingest.routes.callers import Ctx, Officer

router = APIRouter(prefix=rufh.INNER, include_in_schema=False)

Version = Annotated[int, Depends(rufh.version)]


@router.options("/", status_code=204)
@router.options("/{upload_id}", status_code=204)
@public
def describe(ctx: Ctx, version: Version) -> Response:
    """What this server understands, and how much it takes."""
    headers = {"Accept-Patch": rufh.CHUNK, "Upload-Limit": _limit_at_first(ctx, version)}
    return Response(status_code=204, headers=headers)


@router.post("/", status_code=201)
async def announce(
    ctx: Ctx,
    who: Officer,
    request: Request,
    version: Version,
    upload_metadata: Annotated[str, Header()] = "",
) -> Response:
    """Announce a film and receive what comes with the announcement.

    As of tus, the film is described by `Upload-Metadata`, which an app adds to the requests that
    its system makes. Safe to repeat: of a repetition's bytes those are passed over that are here.
    What a phone hears before its first byte is the address where it may go on.
    """
    limit = _limit_at_first(ctx, version)
    with rufh.problems(version, limit):
        rufh.expect_plain(request.headers)
        is_last = rufh.is_complete(request.headers)
        if not upload_metadata:
            raise MetadataInvalidError("请在 Upload-Metadata 中登记音像资料", fields=[])
        announced = tus.announcement(upload_metadata, digests.of_film(request.headers))
        size_bytes = rufh.length(request.headers, 0)
        uploads.expect_place(ctx)
        checksum = digests.of_content(request.headers)
        begin = partial(announcing.announce, metadata=upload_metadata)
        upload, is_new = await to_thread.run_sync(begin, ctx, who, announced, size_bytes)
        upload = await to_thread.run_sync(saying.said_with, ctx, who, upload, announced.sha256)
        if not is_new:
            upload = await uploads.resume(ctx, who, upload.upload_id)
        place = {"Location": f"{request.scope.get('root_path', '')}/uploads/{upload.upload_id}"}
        spoken = {"Upload-Draft-Interop-Version": str(version), "Upload-Limit": limit}
        inform(request.scope, rufh.RESUMPTION, place | spoken)
        if upload.state is UploadState.RECEIVING:
            sent = rufh.Body(request, skipped=upload.offset)
            chunk = Chunk(
                offset=upload.offset,
                length=_beyond(upload.offset, request),
                body=sent,
                checksum=checksum if is_new else None,  # of all the bytes, not of the rest
                total=size_bytes,
                is_last=is_last,
            )
            upload = await _append(ctx, who, upload, chunk, sent)
        headers = _said(ctx, upload, version) | place
        return Response(status_code=201 if is_new else 200, headers=headers)


@router.head("/{upload_id}", status_code=204)
async def resume(
    ctx: Ctx, who: Officer, request: Request, version: Version, upload_id: str
) -> Response:
    """How many bytes are here for good, and whether they are all."""
    with rufh.problems(version, _limit_at_first(ctx, version)):
        forbidden = ("Upload-Offset", "Upload-Complete", "Upload-Length")
        rufh.expect_none(version, request.headers, *forbidden)
        upload = await uploads.resume(ctx, who, upload_id)
        headers = _said(ctx, upload, version) | {"Cache-Control": "no-store"}
        if upload.size_bytes is not None:
            headers["Upload-Length"] = str(upload.size_bytes)
        return Response(status_code=204, headers=headers)


@router.patch("/{upload_id}", status_code=204)
async def append(
    ctx: Ctx, who: Officer, request: Request, version: Version, upload_id: str
) -> Response:
    """Receive the next bytes. A 2xx means that they are durable, and the last that all is kept."""
    headers = request.headers
    offset = rufh.offset(headers)
    with rufh.problems(version, _limit_at_first(ctx, version), offset):
        rufh.expect_plain(headers)
        rufh.expect_chunk(headers)
        sent = rufh.Body(request)
        chunk = Chunk(
            offset=offset,
            length=_beyond(0, request),
            body=sent,
            checksum=digests.of_content(headers),
            total=rufh.length(headers, offset),
            is_last=rufh.is_complete(headers),
            sha256=digests.of_film(headers),
        )
        upload = await to_thread.run_sync(uploads.own, ctx, who, upload_id)
        if upload.state is not UploadState.RECEIVING:
            complete = CompletedError()
            complete.headers["Upload-Offset"] = str(upload.offset)
            raise complete
        if chunk.sha256 is not None:
            await to_thread.run_sync(saying.say, ctx, who, upload_id, chunk.sha256)
        upload = await _append(ctx, who, upload, chunk, sent)
        created = chunk.is_last or version == rufh.OLD  # which says "MUST" of 201 (-05, "Append")
        return Response(status_code=201 if created else 204, headers=_said(ctx, upload, version))


@router.delete("/{upload_id}", status_code=204)
async def cancel(
    ctx: Ctx, who: Officer, request: Request, version: Version, upload_id: str
) -> Response:
    """End an upload that is not complete; a complete one is an original and stays."""
    with rufh.problems(version, _limit_at_first(ctx, version)):
        rufh.expect_none(version, request.headers, "Upload-Offset", "Upload-Complete")
        await ending.terminate(ctx, who, upload_id)
        return Response(status_code=204)


async def _append(
    ctx: Context, who: Requester, before: Upload, chunk: Chunk, sent: rufh.Body
) -> Upload:
    """Receive a request's bytes; where they are the last and nothing told the length, they do."""
    try:
        upload = await uploads.append(ctx, who, before.upload_id, chunk)
    except MoreThanAnnouncedError as error:
        if before.size_bytes is None and chunk.total is None:
            raise
        raise LengthInvalidError from error
    if chunk.is_last and sent.is_whole and upload.state is UploadState.RECEIVING:
        upload = await uploads.declare(ctx, who, upload.upload_id, upload.offset)
    return upload


def _beyond(offset: int, request: Request) -> int | None:
    """How many bytes a request brings behind the first `offset`, if it tells."""
    told = request.headers.get("content-length")
    return None if told is None else max(tus.number("Content-Length", told) - offset, 0)


def _said(ctx: Context, upload: Upload, version: int) -> dict[str, str]:
    is_complete = upload.state is not UploadState.RECEIVING
    headers = digests.said(upload) | {
        "Upload-Offset": str(upload.offset),
        "Upload-Complete": rufh.boolean(value=is_complete),
        "Upload-Limit": _limit(ctx, version, upload),
    }
    if not upload.is_part:
        headers["Clip-Id"] = str(upload.clip_id)
    return headers


def _limit(ctx: Context, version: int, upload: Upload) -> str:
    left = upload.moved_at + ctx.settings.unfinished_kept - ctx.clock.now()
    seconds_left = max(int(left.total_seconds()), 0) if upload.is_unfinished else None
    return rufh.limit(version, ctx.settings.clip_size_max_bytes, seconds_left)


def _limit_at_first(ctx: Context, version: int) -> str:
    seconds = int(ctx.settings.unfinished_kept.total_seconds())
    return rufh.limit(version, ctx.settings.clip_size_max_bytes, seconds)
