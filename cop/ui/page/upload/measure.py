"""Statistics of a raster in each sector or on each segment, as a table and a file."""

import pandas as pd
import streamlit as st

from cop.layerkind.rasters import PLACES, count_places, measure_raster
from cop.model.uploaded import UploadedLayer
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.record import note_layer
from cop.ui.page.fault import acting
from cop.ui.page.upload.grid import unit_of

_TITLES = {"sector": "Sector", "segment": "Segment"}
_KEPT = "upload-measured"
_HEIGHT_PX = 240


def render_measures(layer: UploadedLayer, part: str) -> None:
    """Offer a raster's pixel statistics by sector or segment.

    The nodata value of the ``layer``'s style replaces the stored one. ``part`` tells
    the widgets of two such tables apart.
    """
    with st.expander("Values by sector and segment", icon=":material/bar_chart:"):
        by = st.radio(
            "By", list(PLACES), index=None, format_func=_TITLES.__getitem__, horizontal=True,
            key=f"upload-measure-{part}", label_visibility="collapsed",
        )  # fmt: skip
        if by is None:
            st.caption("Least, mean, and greatest pixel value in each place.")
            return
        with acting():
            _render_table(layer, by, measure(layer, by), part)


def measure(layer: UploadedLayer, by: str) -> pd.DataFrame:
    """Measure a raster; the page caches the last answer, as it reruns at each choice."""
    asked = (
        layer.content.raster,
        layer.style.nodata,
        by,
        use_context().service.snapshot.content,
    )
    kept: tuple[object, pd.DataFrame] | None = st.session_state.get(_KEPT)
    if kept is not None and kept[0] == asked:
        return kept[1]
    service = use_context().service
    with st.spinner("Measuring"):
        found = measure_raster(service.warehouse, service.snapshot, layer.build_layer(), by=by)
    st.session_state[_KEPT] = (asked, found)
    return found


def build_measures(measured: pd.DataFrame, by: str, unit: str) -> pd.DataFrame:
    """Return the table as it is shown: a row a place, its values with their unit in the heading."""
    within = f" ({unit})" if unit else ""
    names = {
        by: _TITLES[by],
        "n": "Pixels",
        "min": f"Least{within}",
        "mean": f"Mean{within}",
        "max": f"Greatest{within}",
    }
    table = measured.rename(columns=names)
    figures = list(names.values())[2:]
    return table.assign(**{name: [float(f"{v:.5g}") for v in table[name]] for name in figures})


def _render_table(layer: UploadedLayer, by: str, measured: pd.DataFrame, part: str) -> None:
    service = use_context().service
    if measured.empty:
        st.info(f"No {by} overlaps this raster.")
        return
    note_layer(layer.id, layer.declared.marking)
    table = build_measures(measured, by, unit_of(layer))
    st.dataframe(table, hide_index=True, height=_HEIGHT_PX)
    words, button = st.columns([3, 1], vertical_alignment="center")
    of = count_places(service.snapshot, by=by)
    counted = "pixel centers inside" if by == "sector" else "pixels it touches"
    words.caption(
        f"{len(table):,} of {of:,} {by}s have pixels ({counted}). The others have no data."
    )
    offer_download(
        "Table",
        at=button,
        data=lambda: table.to_csv(index=False).encode(),
        file_name=f"values_by_{by}.csv",
        subject=f"values of layer {layer.id}",
        marking=layer.declared.marking,
        mime="text/csv",
        key=f"upload-measured-{part}-{by}",
        width="stretch",
    )
