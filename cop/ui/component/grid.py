"""Rows of figures under columns of equal width, in line with the panels of charts below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from cop.ui.component.chart.panel import GUTTER_PX

_TOO_NARROW = "Charts of all sectors need a wider screen: turn the phone."
_CSS = f"""
<style>
.cop-grid {{ display: grid; grid-template-columns: {GUTTER_PX}px repeat(var(--n), minmax(0, 1fr));
  font-size: 0.78rem; line-height: 1.3; font-variant-numeric: tabular-nums; row-gap: 0.3rem; }}
.cop-grid > * {{ padding: 0 3%; overflow-wrap: anywhere; min-width: 0; }}
.cop-grid > .cop-row {{ padding: 0 0.2rem 0 0; opacity: 0.72; align-self: center;
  font-size: 0.72rem; overflow-wrap: normal; }}
.cop-grid b {{ display: block; font-size: 1.05rem; font-weight: 650; line-height: 1.15; }}
.cop-grid small {{ display: block; opacity: 0.72; font-size: 0.7rem; }}
.cop-grid a {{ color: inherit; text-decoration: none; border-top: 3px solid #56b4e9;
  padding-top: 0.2rem; }}
.cop-grid a:hover, .cop-grid a:focus-visible {{ background: rgba(86, 180, 233, 0.16); }}
.cop-grid i {{ display: block; height: 5px; border-radius: 2px; margin-top: 2px;
  background: rgba(128, 140, 152, 0.28); }}
.cop-grid i > i {{ margin: 0; background: #56b4e9; }}
.cop-grid .cop-strong {{ font-weight: 650; }}
.cop-lead {{ font-size: 1.02rem; line-height: 1.4; }}
.cop-narrow {{ display: none; }}
@media (max-width: 640px) {{
  .cop-narrow {{ display: block; }}
  .cop-grid {{ grid-auto-flow: column; grid-template-columns: none; row-gap: 0.45rem;
    grid-auto-columns: minmax(0, 1fr); grid-template-rows: repeat(var(--lines), auto); }}
  .cop-grid > .cop-row {{ align-self: end; }}
  [class*="st-key-wide-"] > * {{ display: none; }}
  [class*="st-key-wide-"]::before {{ content: "{_TOO_NARROW}"; font-size: 0.78rem; }}
}}
</style>
"""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure: ``text``, ``note`` and ``more`` below it, and a bar for a ``share`` of 0 to 1.

    ``big`` marks what is read first, ``strong`` what stands out in its row; ``link`` makes
    the cell a link and ``hint`` is shown when the pointer rests on it.
    """

    text: str
    note: str = ""
    more: str = ""
    share: float | None = None
    big: bool = False
    strong: bool = False
    link: str | None = None
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row: what its figures are, and one cell for each column."""

    label: str
    cells: tuple[Cell, ...]


def render_grid(rows: Sequence[Row], *, heads: Sequence[str] = ()) -> None:
    """Draw the rows."""
    st.html(_CSS + build_grid(rows, heads=heads))


def build_grid(rows: Sequence[Row], *, heads: Sequence[str] = ()) -> str:
    """Return the rows as HTML; every word is escaped.

    On a phone each column becomes a line; there ``heads`` name the lines, which on a wider screen
    stand under the columns of another grid.
    """
    columns = max((len(row.cells) for row in rows), default=1)
    names = "".join(f'<div class="cop-narrow">{escape(head)}</div>' for head in ("", *heads))
    cells = (names if heads else "") + "".join(
        f'<div class="cop-row">{escape(row.label)}</div>' + "".join(map(_cell, row.cells))
        for row in rows
    )
    return f'<div class="cop-grid" style="--n: {columns}; --lines: {columns + 1}">{cells}</div>'


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    inner = f"<b>{text}</b>" if cell.big else f"<span>{text}</span>"
    inner += "".join(f"<small>{escape(note)}</small>" for note in (cell.note, cell.more) if note)
    if cell.share is not None:
        width = 100 * min(1.0, max(0.0, cell.share))
        inner += f'<i><i style="width: {width:.1f}%"></i></i>'
    attributes = f' title="{escape(cell.hint)}"' if cell.hint else ""
    if cell.strong:
        attributes += ' class="cop-strong"'
    if cell.link is None:
        return f"<div{attributes}>{inner}</div>"
    return f'<a href="{escape(cell.link)}" target="_self"{attributes}>{inner}</a>'
