"""The bench's figures as a picture for the README: median per query and rival, in milliseconds."""

import io
import math
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from cop.bench.case import TITLES

_COLORS = {"ours": "#0072b2", "geopandas": "#e69f00", "polars": "#009e73"}
"""Okabe-Ito; every bar carries its rival's name and figure too."""
_OTHER = "#777777"
_INK, _PAPER, _GRID = "#1b1f24", "#ffffff", "#d8dde3"
_WIDTH, _LEFT, _RIGHT, _TOP = 1200, 450, 170, 70
_BAR, _GAP = 17, 14


def render_chart(figures: dict[str, Any]) -> bytes:
    """Return a PNG of horizontal bars on a logarithmic axis, which begins at a power of ten."""
    queries = figures["queries"]
    medians = [result["median_ms"] for by_rival in queries.values() for result in by_rival.values()]
    low, high = math.floor(math.log10(min(medians))), math.ceil(math.log10(max(medians)))
    high = max(high, low + 1)
    height = _TOP + sum(len(by) * _BAR + _GAP for by in queries.values()) + 20
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)

    def at(ms: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (math.log10(ms) - low) / (high - low)

    title = (
        f"{figures['events']:,} events: median ms, logarithmic. Only ours encodes its tiles as MVT"
    )
    draw.text((20, 14), title, _INK, font=ImageFont.load_default(19))
    for power in range(low, high + 1):
        x = at(10.0**power)
        draw.line([(x, _TOP - 8), (x, height - 14)], _GRID)
        draw.text((x, _TOP - 24), f"{10.0**power:g}", _INK, font=_small(), anchor="ma")
    y = _TOP
    for query, by_rival in queries.items():
        middle = y + len(by_rival) * _BAR / 2
        draw.text((20, middle), f"{query}  {TITLES[query]}", _INK, font=_small(), anchor="lm")
        for name, result in by_rival.items():
            end = max(at(result["median_ms"]), _LEFT + 1)
            draw.rectangle([(_LEFT, y + 1), (end, y + _BAR - 2)], _COLORS.get(name, _OTHER))
            label = f"{name} {result['median_ms']:.1f}"
            draw.text((end + 6, y + _BAR / 2), label, _INK, font=_small(), anchor="lm")
            y += _BAR
        y += _GAP
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _small() -> Any:
    return ImageFont.load_default(14)
