"""A small film, written as it comes: what was long, large and sharp becomes light."""

# PyAV's stubs leave its packets' and pictures' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from fractions import Fraction
from typing import BinaryIO, Final, Self

import av
from av import AudioFrame, AudioStream, VideoFrame, VideoStream

LINES_MAX: Final = 360
PICTURES_PER_S_MAX: Final = 8
KEY_EVERY: Final = 40
"""Pictures: where a player can begin, and where the file goes on after it was cut."""
LASTS_MAX_S: Final = 24 * 3600
"""Time stamps beyond are broken: no recording lasts longer."""
PICTURE_BITS, SOUND_BITS = 200_000, 24_000
"""A second of each, at most."""
SOUND_HZ: Final = 16_000
MS: Final = Fraction(1, 1000)
FRAGMENTED: Final = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
"""An MP4 that is complete at each key picture, and is written without going back."""
X264: Final = {
    "preset": "veryfast",
    "crf": "30",
    "maxrate": str(PICTURE_BITS),
    "bufsize": str(2 * PICTURE_BITS),
    "x264-params": f"threads=1:keyint={KEY_EVERY}",
}


class Preview:
    """Takes decoded pictures and sounds in the order of the film."""

    def __init__(
        self, target: BinaryIO, begins_s: float, tracks: Sequence[VideoStream | AudioStream]
    ) -> None:
        """Open it for what `tracks` hold; its time begins at `begins_s` of the film's."""
        self._made = av.open(target, "w", format="mp4", options=FRAGMENTED)
        self._begins_s = begins_s
        self._last_s = -1.0
        self._video: VideoStream | None = None
        self._audio: AudioStream | None = None
        for track in tracks:
            if isinstance(track, VideoStream):
                self._video = self._made.add_stream("libx264", rate=25, options=X264)
                self._video.width, self._video.height = small(track.width, track.height)
                self._video.pix_fmt = "yuv420p"
                self._video.codec_context.time_base = MS
            else:
                self._audio = self._made.add_stream("aac", rate=SOUND_HZ, layout="mono")
                self._audio.bit_rate = SOUND_BITS

    def show(self, frame: object) -> None:
        if isinstance(frame, VideoFrame) and self._video:
            self._show_picture(frame, self._video)
        elif isinstance(frame, AudioFrame) and self._audio and self._is_in_time(frame.time):
            self._made.mux(self._audio.encode(frame))

    def _show_picture(self, frame: VideoFrame, video: VideoStream) -> None:
        if not self._is_in_time(frame.time):
            return
        at_s = frame.time - self._begins_s
        if at_s < self._last_s + 1 / PICTURES_PER_S_MAX - float(MS):
            return
        if self._last_s < 0 and frame.rotation:
            video.set_display_rotation(frame.rotation)
        self._last_s = at_s
        reduced = frame.reformat(width=video.width, height=video.height, format="yuv420p")
        reduced.pts, reduced.time_base = round(at_s / MS), MS
        self._made.mux(video.encode(reduced))

    def _is_in_time(self, time_s: float | None) -> bool:
        return time_s is not None and 0 <= time_s - self._begins_s < LASTS_MAX_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is None:
            for stream in (self._video, self._audio):
                if stream:
                    self._made.mux(stream.encode(None))
        self._made.close()


def small(width: int, height: int) -> tuple[int, int]:
    """A size of at most so many lines, as the encoder wants it: even."""
    lines = min(height, LINES_MAX)
    return max(2, round(width * lines / height / 2) * 2), max(2, lines // 2 * 2)
