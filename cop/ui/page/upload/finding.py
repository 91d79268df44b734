"""What was found in a file: its facts, and the findings with the choices that would mend them."""

from collections.abc import Sequence
from html import escape
from typing import cast

import pandas as pd
import streamlit as st

from cop.ingest.upload.part import describe_records
from cop.model.upload import Fix, Inspection, Severity, UploadFinding
from cop.ui.page.save import as_text
from cop.ui.page.upload.reading import AGREED_CODES, YES_NO, agreed_codes
from cop.ui.page.upload.readings import render_readings, say_bounds
from cop.ui.page.upload.widget import put
from cop.ui.page.upload.work import Incoming

MOST_SHOWN = 30
_ICONS: dict[Severity, str] = {
    "fault": ":material/block:",
    "ask": ":material/help:",
    "warning": ":material/warning:",
    "note": ":material/info:",
}
_TITLES: dict[Severity, str] = {
    "fault": "Errors",
    "ask": "Questions",
    "warning": "Warnings",
    "note": "Notes",
}
_WORDS = {
    ("swap_axes", True): "Swap x and y",
    ("swap_axes", False): "Keep x and y",
    ("day_first", True): "Day first",
    ("day_first", False): "Month first",
}
_KILOBYTE, _EXAMPLES = 1_000, 3


def build_facts(seen: Inspection, size: int) -> str:
    """Return as HTML what a file is: format, encoding, system, shapes, bounds, rows, time."""
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in seen.geometry_kinds.items())
    times = ", ".join(f"{c.name} ({c.time_form})" for c in seen.columns if "time" in c.looks)
    grid = seen.raster
    facts = {
        "Format": f"{seen.format}, {size / _KILOBYTE:,.0f} kB",
        "Encoding": seen.encoding,
        "System": _describe_system(seen),
        "Shapes": kinds,
        "Grid": f"{grid.width:,} x {grid.height:,}, {grid.bands} bands, {grid.dtype}"
        if grid
        else None,
        "Bounds": say_bounds(seen.bounds) if seen.bounds else None,
        "Rows": None if grid else describe_records(seen.rows, seen.records),
        "Times": times,
    }
    rows = (f"<b>{name}</b><span>{escape(v)}</span>" for name, v in facts.items() if v)
    return f'<div class="cop-facts">{"".join(rows)}</div>'


def _describe_system(seen: Inspection) -> str:
    """Name the system of a file, and the one it is read in where that was chosen."""
    own = seen.crs or ("degrees (EPSG:4326)" if seen.bounds else "unknown")
    chosen = seen.suggested.crs
    return own if chosen in (None, own) else f"{own}; read as {chosen} (your choice)"


def build_column_table(seen: Inspection) -> pd.DataFrame:
    """Return a row per column of a file: type, filled rows, detected meaning, examples."""
    rows = [
        {
            "Column": column.name,
            "Type": column.kind.lower(),
            "Filled": column.filled,
            "Detected as": ", ".join(column.looks),
            "Examples": "" if "person" in column.looks else "; ".join(column.examples[:_EXAMPLES]),
        }
        for column in seen.columns
    ]
    return pd.DataFrame(rows)


def count(n: int, noun: str) -> str:
    """Return a count with its noun, plural where needed."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def render_findings(incoming: Incoming, findings: Sequence[UploadFinding]) -> None:
    """Draw the findings, those first that need an answer."""
    for severity, title in _TITLES.items():
        own = [finding for finding in findings if finding.severity == severity]
        if not own:
            continue
        if severity == "note":
            with st.expander(f"{title} ({len(own)})", icon=_ICONS[severity]):
                _render_all(incoming, own)
        else:
            _render_all(incoming, own)


def _render_all(incoming: Incoming, own: Sequence[UploadFinding]) -> None:
    for place, finding in enumerate(own[:MOST_SHOWN]):
        _render_one(incoming, finding, place)
    if len(own) > MOST_SHOWN:
        st.caption(f"and {len(own) - MOST_SHOWN} more")


def _render_one(incoming: Incoming, finding: UploadFinding, place: int) -> None:
    column = f"{finding.column}: " if finding.column else ""
    rows = f" ({count(finding.rows, 'row')})" if finding.rows else ""
    text = as_text(f"{column}{finding.words}{rows}")
    if finding.severity == "note":
        st.caption(text)
        return
    show = st.warning if finding.severity in ("ask", "warning") else st.error
    show(text, icon=_ICONS[finding.severity])
    if finding.readings:
        render_readings(incoming, finding, offer=_offer)
        return
    if finding.fixes:
        with st.container(horizontal=True):
            for fix in finding.fixes:
                _offer(incoming, fix, f"fix-{finding.code}-{place}-{fix.value}")


def _offer(incoming: Incoming, fix: Fix, part: str) -> None:
    words, answer, field = f"Read as {fix.value}", cast("object", fix.value), fix.field
    if isinstance(fix.value, bool):
        words, answer = _WORDS[fix.field, fix.value], YES_NO[fix.value]
    elif fix.field == AGREED_CODES:
        words, answer = "Keep as in the file", [*agreed_codes(incoming), fix.value]
    elif fix.field == "time" and incoming.seen is not None:
        words, field = f"Use {fix.value}", f"role-{incoming.seen.layer}-time"
    st.button(
        as_text(words),
        key=incoming.named(part),
        on_click=put,
        args=(incoming, field, answer),
    )
