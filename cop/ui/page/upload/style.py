"""A simple style: color by a column or one color, shapes, size, label, tooltip."""

from cop.ingest.layer.history import suggest_style
from cop.model.styling import MOST_TOOLTIP, LabelWords, StyleWords
from cop.model.uploaded import UploadedLayer
from cop.ui.page.fault import acting
from cop.ui.page.upload.grid import ask_grid_style
from cop.ui.page.upload.symbol import ask_symbols
from cop.ui.page.upload.widget import choose, many, paint, select, slide
from cop.ui.page.upload.work import Incoming, store_settings

FILE, SUGGESTED, SINGLE = "As in the file", "Suggested", "Single color"
_BLUE, _SIZE = "#56b4e9", 6.0
_LEAST_PX, _MOST_PX = 2.0, 22.0
_KINDS = ("VARCHAR", "BIGINT", "DOUBLE")


def ask_style(incoming: Incoming, layer: UploadedLayer) -> StyleWords:
    """Ask how a layer is drawn; return its present style if an answer is not valid."""
    kinds = layer.content.kinds
    if layer.content.raster is not None:
        return ask_grid_style(incoming, layer)
    carried = [name for name in layer.carried if kinds.get(name) in _KINDS]
    labels = {f"column-{n}": name for n, name in enumerate(carried)}
    stated = None if incoming.report is None else incoming.report.style
    offered = [SUGGESTED, SINGLE, *labels] if stated is None else [FILE, SUGGESTED, SINGLE, *labels]
    by = choose(
        incoming, "color", "Color", offered, offered[0],
        say=lambda name: labels.get(name, name),
        help="A column with few values gets classes; a column of numbers gets a ramp.",
    )  # fmt: skip
    style = layer.style
    if by == FILE and stated is not None:
        style = stated
    elif by == SINGLE:
        style = StyleWords(fill=paint(incoming, "paint", "Color value", _BLUE))
    else:
        with acting():
            style = suggest_style(store_settings(), layer.id, on=labels.get(by))
    if layer.content.points:
        style = ask_symbols(incoming, style)
    size = _ask_size(incoming, style if by == FILE else None)
    label = select(incoming, "label", "Label", list(kinds), none="none")
    tooltip = many(
        incoming,
        "tooltip",
        "Tooltip columns",
        list(layer.carried),
        layer.tooltip,
        most=MOST_TOOLTIP,
    )
    return style.model_copy(
        update={
            "point_radius_px": size,
            "label": LabelWords(property=label) if label else None,
            "tooltip": tuple(tooltip),
        }
    )


def _ask_size(incoming: Incoming, stated: StyleWords | None) -> float:
    """Ask for the size of points, at first that of the file's style."""
    part = "size" if stated is None else "size-of-file"
    start = _SIZE if stated is None else min(max(stated.point_radius_px, _LEAST_PX), _MOST_PX)
    return slide(incoming, part, "Point size (px)", least=_LEAST_PX, most=_MOST_PX, default=start)
