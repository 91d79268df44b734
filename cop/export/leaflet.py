"""A self-contained folium map: Leaflet, styles and features in one file, no requests."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from jinja2 import Template

from cop.export.glyph import OUTLINED
from cop.export.legend import symbol_polygon
from cop.export.overlay import Overlay
from cop.model.picture import Viewpoint

_ASSETS = Path(__file__).with_name("asset")
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""The policy blocks every request of the file."""


class StandaloneMap(folium.Map):
    """A folium map without addresses: scripts and styles are part of the file."""

    def __init__(self, viewpoint: Viewpoint) -> None:
        """Use the Picture's viewpoint; Leaflet's tiles have 256 px, so its zoom is one more."""
        super().__init__(
            location=(viewpoint.lat, viewpoint.lon),
            tiles=None,
            prefer_canvas=True,
            control_scale=True,
            zoom_snap=0,
            attribution_control=False,
        )
        self.default_js, self.default_css = [], []
        self.options["zoom"] = viewpoint.zoom + 1
        header = self._figure.header
        header.add_child(_Text(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'))
        header.add_child(_Text(f"<style>{_leaflet_css()}</style>"))
        header.add_child(_Text(f"<style>{_read('handout.css')}</style>"))
        header.add_child(_Text(f"<script>{_leaflet_js()}</script>"))
        header.add_child(_Text(f"<script>{_drawing_js()}</script>"))

    def write(self, *, title: str, content: str) -> str:
        """Return the whole page; ``content`` is the escaped HTML around the map."""
        self._figure.title = escape(title)
        self._figure.html.add_child(_Text(content))
        return str(self._figure.render())

    @property
    def _figure(self) -> Figure:
        root = self.get_root()
        assert isinstance(root, Figure)  # noqa: S101 folium puts every map into one
        return root


class OverlayLayer(folium.map.Layer):
    """A layer of features that can be switched off."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = copOverlay({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, overlay: Overlay) -> None:
        """Set the features of a layer; its title is in the list of layers."""
        super().__init__(name=escape(overlay.title), overlay=True)
        self._name = "Overlay"
        self.data = as_script(asdict(overlay))


class _Text(Element):
    """Text that goes into the page unchanged; an element's own text would be a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def as_script(value: Mapping[str, Any]) -> str:
    """Write a value as JSON for a script element: no text in it can end the script."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _read(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


@cache
def _leaflet_js() -> str:
    return _read("leaflet/leaflet.js").partition("//# sourceMappingURL")[0]


@cache
def _leaflet_css() -> str:
    """Leaflet's styles without images of controls and markers that this map does not use."""
    lines = _read("leaflet/leaflet.css").splitlines()
    return "\n".join(line for line in lines if "url(" not in line)


@cache
def _drawing_js() -> str:
    outlines = {
        shape: [(round(x - 0.5, 3), round(y - 0.5, 3)) for x, y in symbol_polygon(shape)]
        for shape in OUTLINED
    }
    return _read("handout.js").replace("__OUTLINES__", as_script(outlines))
