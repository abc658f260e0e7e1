"""Sends a file with tuspy as a JSON object in the first argument says; prints what happened."""

import json
import sys
from typing import Any

from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed
from tusclient.storage.filestorage import FileStorage


def send(said: dict[str, Any]) -> dict[str, object]:
    client = TusClient(said["endpoint"], headers={"Authorization": f"Bearer {said['token']}"})
    uploader = client.uploader(
        said["file"],
        metadata=said["metadata"],
        chunk_size=said.get("chunk_size", sys.maxsize),
        upload_checksum=said.get("checksum", False),
        store_url=True,
        url_storage=FileStorage(said["storage"]),
    )
    resumed_from = uploader.offset
    try:
        uploader.upload(said.get("cut_at"))
    except TusUploadFailed as failed:
        return {"status": failed.status_code, "body": (failed.response_content or b"").decode()}
    return {"url": uploader.url, "resumed_from": resumed_from}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(send(json.loads(sys.argv[1]))))
