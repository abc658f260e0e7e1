"""Looks into one track here and there: does it decode, and is there anything to see or to hear?"""

# PyAV's stubs leave its packets' and frames' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from array import array
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from av import AudioFrame, AudioResampler, AudioStream, Packet, VideoFrame, VideoStream
from av.error import FFmpegError

IN_A_ROW: Final = 100
"""Packets at the beginning that are all decoded, until something was seen or heard."""
TRIES_MAX: Final = 300
"""Packets among which one must decode; a stream may begin between two key pictures."""
SOUND_PACKETS: Final = 16
"""A decoder of sound needs a few packets before it is right; about half a second."""
UNSEEN_MAX: Final = 1 / 4
"""Of a track's packets, between two looks: where more lies in the dark nothing is said of it."""
SIZE: Final = (64, 36)
"""What a picture is reduced to before it is judged."""
BLACK_MAX: Final = 25
"""Of 255: the luminance up to which a point is black. FFmpeg, `blackdetect`: 0.10."""
BLACK_POINTS: Final = 0.98
"""The part of a picture's points that is black where the picture is. FFmpeg, `blackdetect`."""
SILENT_PEAK: Final = 33
"""Of 32,768, or -60 dB: the loudest sample of silence. FFmpeg, `silencedetect`."""


class Watch:
    """One track, whose packets pass by in their order."""

    def __init__(self, track: VideoStream | AudioStream) -> None:
        self._codec = track.codec_context
        # Of many processors each would take stack and heap from the memory we may have.
        self._codec.thread_count = 1
        self._is_sound = isinstance(track, AudioStream)
        self._to_samples = AudioResampler(format="s16")
        self._packets = self._keys = self._last_look = self._unseen = self._run = 0
        self._latest: Packet[Any] | None = None
        self._shows_something = False
        self.decodable = False
        self.looks = 0
        """Pictures that were looked at."""
        self.heard_ms = 0
        self.metadata: Mapping[str, str] = {}
        """What the first frame says of itself: a photograph's EXIF."""

    def pass_by(self, packet: "Packet[Any]") -> None:
        if packet.size == 0:
            self._end(packet)
            return
        if self._is_in_a_row():
            self._decode(packet)
        elif not self._shows_something:
            self._look_sometimes(packet)
        if packet.is_keyframe:
            self._latest = packet
        self._packets += 1
        self._keys += packet.is_keyframe

    def answer(self) -> str:
        """Whether it is black or silent as a whole: yes, no or unknown."""
        if self._shows_something:
            return "no"
        unseen = max(self._unseen, self._packets - self._last_look)
        if not (self.looks or self.heard_ms) or unseen > max(IN_A_ROW, self._packets * UNSEEN_MAX):
            return "unknown"
        return "yes"

    def _end(self, nothing: "Packet[Any]") -> None:
        """Have the decoder hand out what it still holds, or look at the last key picture."""
        if self._is_in_a_row():
            self._decode(nothing)
        elif self._latest and not self._shows_something:
            self._codec.flush_buffers()
            self._decode(self._latest)
            self._drain()

    def _is_in_a_row(self) -> bool:
        if not self.decodable:
            return self._packets < TRIES_MAX
        return self._packets < IN_A_ROW and not self._shows_something

    def _look_sometimes(self, packet: "Packet[Any]") -> None:
        if self._run == 0 and packet.is_keyframe and is_chosen(self._keys):
            self._run = SOUND_PACKETS if self._is_sound else 1
            self._codec.flush_buffers()
        if self._run:
            self._run -= 1
            self._decode(packet)
            if self._run == 0:
                self._drain()

    def _drain(self) -> None:
        with suppress(FFmpegError, MemoryError):
            for frame in self._codec.decode(None):
                self._look(frame)

    def _decode(self, packet: "Packet[Any]") -> None:
        # What is too large for our memory is no different from what is broken.
        with suppress(FFmpegError, MemoryError):
            for frame in packet.decode():
                self._look(frame)

    def _look(self, frame: object) -> None:
        if isinstance(frame, VideoFrame):
            if not self.decodable:
                self.metadata = frame.metadata
            self.decodable = True
            self._shows_something = self._shows_something or not is_black(frame)
            self.looks += 1
        elif isinstance(frame, AudioFrame):
            self.decodable = True
            self._shows_something = self._shows_something or not self._is_silent(frame)
            self.heard_ms += round(frame.samples * 1000 / frame.sample_rate)
        self._unseen = max(self._unseen, self._packets - self._last_look)
        self._last_look = self._packets

    def _is_silent(self, frame: AudioFrame) -> bool:
        for same in self._to_samples.resample(frame):
            samples = array(
                "h", bytes(same.planes[0])[: 2 * same.samples * same.layout.nb_channels]
            )
            if samples and (max(samples) > SILENT_PEAK or min(samples) < -SILENT_PEAK):
                return False
        return True


def is_black(picture: VideoFrame) -> bool:
    small = picture.reformat(width=SIZE[0], height=SIZE[1], format="gray")
    plane = small.planes[0]
    points = bytes(plane)
    rows = (points[row * plane.line_size :][: SIZE[0]] for row in range(SIZE[1]))
    dark = sum(point <= BLACK_MAX for row in rows for point in row)
    return dark >= BLACK_POINTS * SIZE[0] * SIZE[1]


def is_chosen(number: int) -> bool:
    """All of the first sixteen, then eight of each doubling: whoever counts knows no end before."""
    return number % (1 << max(0, number.bit_length() - 4)) == 0
