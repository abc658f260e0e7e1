from collections.abc import Mapping

from tusclient.storage.filestorage import FileStorage

class Uploader:
    offset: int
    url: str | None
    def upload(self, stop_at: int | None = None) -> None: ...

class TusClient:
    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None: ...
    def uploader(
        self,
        file_path: str,
        *,
        metadata: Mapping[str, str],
        chunk_size: int = ...,
        upload_checksum: bool = False,
        store_url: bool = False,
        url_storage: FileStorage | None = None,
    ) -> Uploader: ...
