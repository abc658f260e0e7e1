"""Makes a still or a preview of the film on standard input. A process of its own, like the probe.

The derivative is what it writes to standard output. What fails on the way makes none.
"""

# PyAV's stubs leave its packets' and pictures' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import io
import sys
from contextlib import suppress
from io import FileIO
from typing import BinaryIO, Final

import av
from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from PIL import Image

from ingest.adapters.confinement import Limits, confine
from ingest.adapters.derive_preview import Preview
from ingest.adapters.probe import open_film, pictures_of

SIDE_MAX: Final = 1280
QUALITY: Final = 75
PHOTO, FILM, KEY_PICTURES, SOUND = "photo.v1", "film.v1", "keys.v1", "sound.v1"
STILLS: Final = {"still.10.v1": 10, "still.50.v1": 50, "still.90.v1": 90, PHOTO: 0}
"""The recipes of `ingest.domain.derivative`, which this process has no need to import."""


def main() -> None:
    Image.preinit()  # afterwards it could import nothing
    confine(Limits.from_json(sys.argv[1]))
    recipe = sys.argv[2]
    with open_film(FileIO(0, closefd=False)) as film:
        if recipe in STILLS:
            write_still(film, STILLS[recipe], sys.stdout.buffer)
        else:
            write_preview(film, recipe, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def write_still(film: InputContainer, percent: int, target: BinaryIO) -> None:
    """Write the first picture from `percent` on that decodes, or the film's first.

    Raises:
        StopIteration: none does.
    """
    video = pictures_of(film)[0]
    video.codec_context.thread_count = 1
    with suppress(FFmpegError):
        film.seek((film.duration or 0) * percent // 100)
    picture = _first_picture(film)
    if picture is None:
        film.seek(0)
        picture = _first_picture(film)
    if picture is None:
        raise StopIteration
    image = picture.to_image()
    image.thumbnail((SIDE_MAX, SIDE_MAX))
    if picture.rotation:
        image = image.rotate(picture.rotation, expand=True)
    jpeg = io.BytesIO()  # to a file of the system Pillow writes by itself, and misses a full disk
    image.save(jpeg, "JPEG", quality=QUALITY)
    target.write(jpeg.getvalue())


def _first_picture(film: InputContainer) -> VideoFrame | None:
    for packet in film.demux(pictures_of(film)[0]):
        with suppress(FFmpegError):
            pictures = packet.decode()
            if pictures:
                return pictures[0]
    return None


def write_preview(film: InputContainer, recipe: str, target: BinaryIO) -> None:
    videos = pictures_of(film) if recipe != SOUND else []
    tracks = [*videos[:1], *film.streams.audio[:1]]
    for track in tracks:
        track.codec_context.thread_count = 1
    if recipe == KEY_PICTURES:
        videos[0].codec_context.skip_frame = "NONKEY"
    begins_s = (film.start_time or 0) / av.time_base
    with Preview(target, begins_s, tracks) as preview:
        for packet in film.demux(tracks):
            with suppress(FFmpegError):
                for frame in packet.decode():
                    preview.show(frame)


if __name__ == "__main__":
    main()
