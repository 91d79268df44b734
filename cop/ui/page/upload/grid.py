"""The style of a raster: a ramp over breaks or between two numbers, unit, nodata, opacity."""

import numpy as np
import streamlit as st

from cop.errors import LayerError
from cop.ingest.layer.raster import suggest_style
from cop.model.palette import RAMPS
from cop.model.styling import MOST_BREAKS, FillWords, StyleWords
from cop.model.uploaded import VALUE, UploadedLayer
from cop.ui.page.fault import acting
from cop.ui.page.upload.widget import choose, figure, slide, switch, text
from cop.ui.page.upload.work import Incoming, store_settings

FAIR, EQUAL = "Equal pixel counts", "Equal intervals"
_OPACITY, _CLASSES, _FEWEST, _DIGITS, _LONGEST_UNIT = 0.8, 5, 2, 6, 30


def ask_grid_style(incoming: Incoming, layer: UploadedLayer) -> StyleWords:
    """Ask how a raster is drawn; return its present style if an answer is not valid."""
    content = layer.content
    left, right = st.columns(2)
    with left:
        name = choose(incoming, "ramp", "Ramp", list(RAMPS), "navia", say=str.capitalize)
    with right:
        classes = choose(incoming, "classes", "Classes", range(_FEWEST, MOST_BREAKS + 2), _CLASSES)
    reverse = switch(incoming, "reverse", "Reverse colors")
    way = choose(incoming, "rescale", "Class breaks", (FAIR, EQUAL), FAIR)
    low = high = None
    if way == EQUAL:
        left, right = st.columns(2)
        with left:
            low = figure(incoming, "from", "From", content.lowest)
        with right:
            high = figure(incoming, "to", "To", content.highest)
    left, right = st.columns(2)
    with left:
        unit = text(incoming, "unit", "Unit", unit_of(layer), most=_LONGEST_UNIT, placeholder="m")
    with right:
        nodata = figure(
            incoming, "nodata", "No data", layer.style.nodata,
            help="A pixel value that means no data, in addition to the file's own.",
        )  # fmt: skip
    opacity = slide(incoming, "opacity", "Opacity", least=0.0, most=1.0, default=_OPACITY)
    drawn = layer.style.model_copy(update={"opacity": opacity, "nodata": nodata})
    with acting():
        breaks = (
            step_breaks(low, high, classes)
            if way == EQUAL
            else _fair_breaks(layer, classes, nodata)
        )
        return drawn.model_copy(
            update={"fill": build_ramp(name, breaks, unit=unit, reverse=reverse)}
        )
    return drawn


def unit_of(layer: UploadedLayer) -> str:
    """Return the unit in a layer's style."""
    fill = layer.style.fill
    return fill.unit if isinstance(fill, FillWords) else ""


def build_ramp(name: str, breaks: tuple[float, ...], *, unit: str, reverse: bool) -> FillWords:
    """Return a ramp of the palette over breaks, its colors as far apart as they go."""
    colors = RAMPS[name][::-1] if reverse else RAMPS[name]
    places = np.linspace(0, len(colors) - 1, len(breaks) + 1).round().astype(int)
    paints = tuple(colors[place] for place in places)
    return FillWords(property=VALUE, breaks=breaks, paints=paints, unit=unit)


def step_breaks(low: float | None, high: float | None, classes: int) -> tuple[float, ...]:
    """Return the breaks of so many classes of equal width; LayerError where there is no room."""
    if low is None or high is None or not low < high:
        raise LayerError(f"From {low}, To {high}: enter two numbers, the lower one first")
    edges = np.linspace(low, high, classes + 1)[1:-1]
    breaks = tuple(float(f"{edge:.{_DIGITS}g}") for edge in edges)
    if len(set(breaks)) < len(breaks):
        raise LayerError(f"From {low:g}, To {high:g}: too narrow for {classes} classes")
    return breaks


def _fair_breaks(layer: UploadedLayer, classes: int, nodata: float | None) -> tuple[float, ...]:
    path = store_settings().data / str(layer.content.raster)
    fill = suggest_style(path, classes=classes, nodata=nodata).fill
    if not isinstance(fill, FillWords):
        raise LayerError(f"too few distinct pixel values for {classes} classes: use fewer classes")
    return fill.breaks
