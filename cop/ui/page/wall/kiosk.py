"""The frame of the wall's map as a Streamlit component: banner, figures, clock, scene, foot."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cop.model.moment import format_instant
from cop.model.style import Theme
from cop.ui.component.asset import ignore_change, mount_component
from cop.ui.map.component import ASSETS, HEALTH_URL

NAME = "cop.kiosk"
_HTML = '<div class="copkiosk" style="visibility:hidden"></div>'


@dataclass(frozen=True, kw_only=True)
class BigFigure:
    """A headline figure: its title, its value, and its change against the period before."""

    title: str
    value: str
    change: str


@dataclass(frozen=True, kw_only=True)
class WallScene:
    """The scene on show: its name, its place from 1 among ``of``, and the seconds it has left."""

    name: str
    place: int
    of: int
    seconds: int
    left_s: float


@dataclass(frozen=True, kw_only=True)
class KioskSpec:
    """Everything around the map; ``said_at`` (naive UTC) is when the server said it.

    ``scope`` is what the figures are of, ``stale`` that they are old, ``trial`` that
    changes of sensors are tried. ``alerts`` stay over the map
    while active; ``foot`` are lines shown in turn.
    """

    theme: Theme
    marking: str
    marking_color: str
    synthetic: bool
    title: str
    scope: str
    figures: tuple[BigFigure, ...]
    foot: tuple[str, ...]
    said_at: datetime
    stale: str = ""
    trial: bool = False
    alerts: tuple[str, ...] = ()
    scene: WallScene | None = None


def render_kiosk(spec: KioskSpec, *, key: str) -> None:
    """Draw it; the fragment or script that calls this is rerun when a scene has ended."""
    mount = mount_component(NAME, assets=ASSETS, html=_HTML, css="kiosk.css", js="kiosk.js")
    mount(key=key, data=build_data(spec), on_turn_change=ignore_change)


def build_data(spec: KioskSpec) -> dict[str, Any]:
    """Build what the browser gets."""
    return asdict(spec) | {"said_at": format_instant(spec.said_at), "health": HEALTH_URL}
