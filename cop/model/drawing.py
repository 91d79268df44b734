"""What the map's drawings share, in the browser and on the server: sizes, halos, shading."""

from math import ceil
from typing import Final

from cop.model.style import Classes, Paint, Style
from cop.model.symbol import Symbol

GLYPH_SIDE: Final = 64.0
"""The side of the square that shapes stand in, in the units of their outlines."""
GLYPH_SHARE: Final = 40 / 64
"""How much of a symbol's square its outline fills."""
UNKNOWN_WIDTH: Final = 0.4
"""How wide a line is whose figure is unknown, against the others."""
SIZE_STEPS: Final = ((100, 2.0), (20, 1.6), (5, 1.3))
"""How much larger an event is drawn that counts at least so many."""
SHADE: Final[dict[str, list[list[float]]]] = {
    "dark": [[3.0, 0.65], [1.2, 0.45]],
    "light": [[1.8, 0.5], [1.0, 0.5]],
}
"""How strongly relief darkens slopes in shade and lightens those in light, and the most of each."""
HALO: Final = Paint("#0a1017", "#ffffff")
CELL_EDGE: Final = Paint("#0a101799", "#ffffffb3")


def symbol_side(style: Style) -> float:
    """Give how many squares of a shape wide and high the square is that holds every symbol."""
    glyphs: list[object] = [style.point]
    if isinstance(style.fill, Classes):
        glyphs += [style.fill.other_symbol, *(entry.symbol for entry in style.fill.classes)]
    reach = max((glyph.reach for glyph in glyphs if isinstance(glyph, Symbol)), default=0.0)
    return max(1.0, ceil(20 * reach / GLYPH_SIDE) / 10)
