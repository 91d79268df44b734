"""The standalone HTML hand-out: one file that opens without network and can be panned."""

from html import escape

import folium

from cop.export.annotated import build_annotation_overlay
from cop.export.brief import Brief, BriefLayer, HandoutScene
from cop.export.leaflet import OverlayLayer, StandaloneMap
from cop.export.legend import LegendBlock, LegendRow, symbol_polygon
from cop.export.overlay import Overlay, build_overlay
from cop.layerkind.registry import kind_of
from cop.model.marking import marking_color
from cop.model.style import Theme
from cop.model.symbol import Symbol


def render_html(scene: HandoutScene, brief: Brief, *, theme: Theme = "light") -> bytes:
    """Return one UTF-8 file with the map, its data and its facts."""
    page = StandaloneMap(brief.viewpoint)
    notes: dict[str, str] = {}
    for shown in brief.layers:
        overlay = build_overlay(scene, shown, theme)
        notes[shown.layer.id] = _note(shown, overlay)
        if overlay is not None:
            OverlayLayer(overlay).add_to(page)
    drawn = build_annotation_overlay(brief.annotations, theme)
    if drawn is not None:
        OverlayLayer(drawn).add_to(page)
    if brief.bounds is not None:
        west, south, east, north = brief.bounds
        page.fit_bounds([(south, west), (north, east)], padding=(24, 24))
    folium.LayerControl(collapsed=False, autoZIndex=False, sortLayers=False).add_to(page)
    content = (
        f"<header>{_banner(brief)}{_heading(brief)}</header>"
        f"<aside>{_panel(brief, notes)}</aside>"
        f"<footer>{_banner(brief)}<span>{escape(brief.stamp)}</span></footer>"
    )
    written = page.write(title=f"{brief.banner} {brief.title}", content=content)
    return written.replace("<body>", f'<body data-theme="{theme}">', 1).encode()


def _note(shown: BriefLayer, overlay: Overlay | None) -> str:
    if overlay is not None:
        return overlay.note
    if not kind_of(shown.layer).drawing.has_rows:
        return "images are not part of this file"
    return ""


def _banner(brief: Brief) -> str:
    color = marking_color(brief.marking)
    chip = f'<span class="cop-marking" style="color:{color}">{escape(brief.marking)}</span>'
    return chip + "".join(
        f'<span class="cop-marking cop-{word.lower()}">{word}</span>' for word in brief.warnings
    )


def _heading(brief: Brief) -> str:
    words = (brief.scope.line, f"DTG {brief.created}")
    return f"<h1>{escape(brief.title)}</h1>" + "".join(
        f"<span>{escape(word)}</span>" for word in words
    )


def _panel(brief: Brief, notes: dict[str, str]) -> str:
    parts = [
        _section("Figures", _figures(brief)),
        _section("Layers", "".join(_layer(la, notes[la.layer.id]) for la in brief.explained)),
        _section("Sources", "".join(_paragraph(line) for line in brief.source_lines)),
        _section("Picture", "".join(_paragraph(line) for line in brief.picture_lines)),
    ]
    if brief.annotations:
        lines = "".join(map(_paragraph, brief.annotation_lines))
        parts.insert(2, _section("Annotations", lines))
    if brief.impact_lines:
        parts.insert(1, _section("Impact levels", "".join(map(_paragraph, brief.impact_lines))))
    if brief.caveats:
        parts.insert(0, _section("Caveats", "".join(map(_paragraph, brief.caveats))))
    return "".join(parts)


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>{content}"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _figures(brief: Brief) -> str:
    cells = "".join(
        f"<div><dt>{escape(f.title)}</dt><dd>{escape(f.value)}"
        f"<small>{escape(f.change or '')}</small></dd></div>"
        for f in brief.figures
    )
    return f'<dl class="cop-figures">{cells}</dl>'


def _layer(shown: BriefLayer, note: str) -> str:
    lines = "".join(f'<p class="cop-muted">{escape(line)}</p>' for line in shown.lines if line)
    left_out = f'<p class="cop-muted">{escape(note)}</p>' if note else ""
    legend = "".join(_legend(block) for block in shown.legend)
    return f"<h3>{escape(shown.title)}</h3>{legend}{lines}{left_out}"


def _legend(block: LegendBlock) -> str:
    unit = f'<p class="cop-muted">{escape(block.unit)}</p>' if block.unit else ""
    rows = "".join(f"<li>{_sample(row)}{escape(row.label)}</li>" for row in block.rows)
    return f'{unit}<ul class="cop-legend">{rows}</ul>'


def _sample(row: LegendRow) -> str:
    if isinstance(row.shape, Symbol):
        return _symbol(row.shape)
    fill, edge, width = row.fill or "none", row.edge or "none", 0.04
    if row.shape == "ring":
        fill, edge, width = "none", row.fill or "none", 0.16
    if row.shape in ("circle", "ring"):
        radius = (0.45 if row.shape == "circle" else 0.36) * row.size
        shape = f'<circle cx="0.5" cy="0.5" r="{radius:.3f}"'
    else:
        points = " ".join(f"{x:.3f},{y:.3f}" for x, y in symbol_polygon(row.shape))
        shape = f'<polygon points="{points}"'
    return (
        '<svg viewBox="-0.05 -0.05 1.1 1.1" aria-hidden="true">'
        f'{shape} fill="{fill}" stroke="{edge}" stroke-width="{width}"/></svg>'
    )


def _symbol(symbol: Symbol) -> str:
    left, top, right, bottom = symbol.box
    areas = "".join(f'<path d="{part.path}" fill="{part.fill}"/>' for part in symbol.parts)
    box = f"{left} {top} {right - left:.1f} {bottom - top:.1f}"
    return f'<svg class="cop-symbol" viewBox="{box}" aria-hidden="true">{areas}</svg>'
