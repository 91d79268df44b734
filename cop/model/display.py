"""The type size of a wall, from the display's size and the farthest seat; when a wheel zooms."""

import math
from dataclasses import dataclass
from typing import Literal

WheelMode = Literal["focus", "always"]
"""When a turn of the wheel zooms a map: once it is clicked or has the focus, or always."""

ARC_MINUTES = 16.0
"""The least angle under which a word's type size is seen (MIL-STD-1472, legibility of displays)."""

HEADLINE = 2.0
"""How many times the type size of the words the headline figures have."""

_MM_PER_INCH = 25.4


@dataclass(frozen=True, kw_only=True)
class Display:
    """A display by its diagonal in inches, and the farthest seat before it in meters."""

    inches: float = 55.0
    meters: float = 6.0

    @property
    def text_mm(self) -> float:
        """The least type size at the farthest seat, in millimeters on the glass."""
        return 2_000 * self.meters * math.tan(math.radians(ARC_MINUTES / 60) / 2)

    @property
    def text_share(self) -> float:
        """The least type size as a share of the diagonal, so that any resolution gives it."""
        return self.text_mm / (self.inches * _MM_PER_INCH)

    def text_px(self, width: int, height: int) -> float:
        """The least type size in pixels where the whole display is ``width`` by ``height``."""
        return self.text_share * math.hypot(width, height)
