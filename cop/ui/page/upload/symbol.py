"""What points are drawn as: a shape, or a symbol of MIL-STD-2525 by its name or its code."""

from typing import Any, Final, get_args

import streamlit as st

from cop.errors import LayerError
from cop.ingest.symbol.draw import draw_symbols
from cop.model.style import PATTERNS, Shape
from cop.model.styling import ClassWords, FillWords, StyleWords
from cop.model.symbol import OFFERED, TITLES, check_code
from cop.ui.page.save import as_text
from cop.ui.page.upload.widget import choose
from cop.ui.page.upload.work import Incoming

_SHAPES: Final[dict[str, Shape]] = {
    shape.capitalize(): shape
    for shape in get_args(Shape)
    if shape not in ("line", "area", *PATTERNS)
}
_NAMES: Final = {shape: name for name, shape in _SHAPES.items()}
_HELP = (
    "A shape in the color above, or a MIL-STD-2525 symbol in its affiliation colors. "
    "Type to search, or enter a code: 20 digits (2525D) or 15 letters (2525C)."
)


def ask_symbols(incoming: Incoming, style: StyleWords) -> StyleWords:
    """Ask what points are drawn as: all alike, or those of each class; a ramp has circles."""
    fill = style.fill
    if not isinstance(fill, FillWords):
        return style.model_copy(update=_ask(incoming, "point", "Point symbol", "Circle"))
    if not fill.classes:
        return style
    with st.expander("Symbol of each class"):
        classes = tuple(_ask_class(incoming, fill, entry) for entry in fill.classes)
    return style.model_copy(update={"fill": fill.model_copy(update={"classes": classes})})


def _ask_class(incoming: Incoming, fill: FillWords, entry: ClassWords) -> ClassWords:
    suggested = TITLES.get(entry.symbol, entry.symbol) if entry.symbol else None
    drawn = _ask(
        incoming,
        f"point-{fill.property}-{entry.value}",
        as_text(str(entry.label or entry.value)),
        suggested or _NAMES.get(entry.shape or "circle", "Circle"),
    )
    return entry.model_copy(update=drawn)


def _ask(incoming: Incoming, part: str, label: str, default: str) -> dict[str, Any]:
    """Return the chosen shape or symbol; show an error for a code that cannot be drawn."""
    options = [*_SHAPES, *OFFERED]
    chosen = choose(incoming, part, label, options, default, help=_HELP, free=True)
    if chosen in _SHAPES:
        return {"shape": _SHAPES[chosen], "symbol": None}
    try:
        code = OFFERED.get(chosen) or check_code(chosen)
        draw_symbols([code])
    except (ValueError, LayerError) as fault:
        st.error(as_text(str(fault)), icon=":material/error:")
        return {"shape": "circle", "symbol": None}
    return {"shape": None, "symbol": code}
