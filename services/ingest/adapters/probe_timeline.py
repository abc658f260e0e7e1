"""Follows the time stamps of one track: where they leave a hole or go back, and what they cover."""

# PyAV's stubs leave its packets' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from fractions import Fraction
from typing import Any, Final

from av import AudioStream, Packet, VideoStream

JUMP_S: Final = 1
"""A longer step between two packets is a hole, unless the pictures are rarer than that."""
BREAKS_MAX: Final = 100
"""How many are listed; all are counted."""
FARTHEST_MS: Final = 2**53
"""What every database can hold. A time stamp that says more is as broken as one that says this."""


class Timeline:
    """The packets of one track in the order of the file."""

    def __init__(self, track: VideoStream | AudioStream) -> None:
        rarest_s = (
            3 / track.average_rate if isinstance(track, VideoStream) and track.average_rate else 0
        )
        self._unit = track.time_base or Fraction(1)
        self._step_max = max(JUMP_S, rarest_s) / self._unit
        self._first: int | None = None
        self._last: int | None = None
        self._lasts = self._filmed = self._missing = 0
        self.jumps = 0
        self.breaks: list[dict[str, int]] = []

    @property
    def filmed_ms(self) -> int:
        """How long it lasts without its holes."""
        return max(0, self._ms(self._filmed + self._lasts))

    @property
    def missing_ms(self) -> int:
        """How long its holes are together."""
        return self._ms(self._missing)

    def pass_by(self, packet: "Packet[Any]") -> None:
        if packet.dts is None:
            return
        if self._first is None or self._last is None:
            self._first = packet.dts
        elif 0 <= packet.dts - self._last <= self._step_max:
            self._filmed += packet.dts - self._last
        else:
            self._break(self._first, self._last, packet.dts)
        self._last, self._lasts = packet.dts, packet.duration or 0

    def _break(self, first: int, last: int, goes_on: int) -> None:
        ended = last + self._lasts
        self._filmed += self._lasts
        self._missing += max(0, goes_on - ended)
        self.jumps += 1
        if len(self.breaks) < BREAKS_MAX:
            self.breaks.append(
                {"at_ms": self._ms(ended - first), "length_ms": self._ms(goes_on - ended)}
            )

    def _ms(self, units: int) -> int:
        return max(-FARTHEST_MS, min(FARTHEST_MS, int(units * self._unit * 1000)))
