"""The Wall page: the picture for a room, without chrome; it follows the newest version."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from cop.errors import CopError
from cop.model.alert import summarize_alerts
from cop.model.board import Role
from cop.model.marking import highest_marking, marking_color
from cop.model.moment import format_dtg
from cop.model.picture import Picture
from cop.model.style import Theme
from cop.model.text import FigureText, format_sources
from cop.model.time_zone import find_zone
from cop.model.unapplied import describe_unapplied
from cop.model.wall import WALL_PARTS, WallRequest
from cop.query.alert.open_alert import find_alerts
from cop.query.coverage.silence import read_silence
from cop.query.forecast.track import ForecastText
from cop.query.headline import read_headline
from cop.query.scope import describe_withheld, read_scope
from cop.query.service import QueryService
from cop.query.text import describe_forecast, describe_silence, format_figure
from cop.query.view import View
from cop.ui.component.address import read_pairs
from cop.ui.component.context import use_context
from cop.ui.component.frame import summarize_caveats
from cop.ui.component.known import open_view
from cop.ui.component.overlay import build_map
from cop.ui.map import MapSpec, render_map
from cop.ui.page.wall.kiosk import BigFigure, KioskSpec, render_kiosk
from cop.ui.page.wall.scene import Show, heed_sent, read_show

REFRESH_SECONDS = 30
MAP_KEY, KIOSK_KEY, LIVE_KEY = "wall-map", "wall-kiosk", "wall-live"
_GROUND: dict[Theme, str] = {"dark": "#0a1017", "light": "#d9e3ec"}
_CSS = """
<style>
:root {{ --wall-text: calc(hypot(100vw, 100vh) * {share:.6f}); }}
header[data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToolbar"],
[data-testid="stStatusWidget"], [data-testid="stDecoration"], [data-testid="stDialog"],
[data-testid="stConnectionStatus"], [data-testid="stSkipToContent"],
[data-baseweb="modal"] {{ display: none !important; }}
[data-testid="stMainBlockContainer"] {{ padding: 0 !important; }}
[data-stale="true"] {{ opacity: 1 !important; }}
.stApp {{ overflow: hidden; background: {ground}; }}
[data-testid="stAlert"] {{ position: fixed; inset: auto 0 0; z-index: 30; }}
[data-testid="stAlert"] * {{ font-size: var(--wall-text); line-height: 1.2; }}
</style>
"""


def render_wall() -> None:
    """Draw the wall for the Picture in the address, or play the scenes that it names."""
    request = WallRequest.from_pairs(read_pairs())
    _render_live(request)


@st.fragment(run_every=REFRESH_SECONDS)
def _render_live(request: WallRequest) -> None:
    """Draw the wall; an error is shown and the next run retries, as a wall is unattended."""
    theme = request.themed(_local_now())
    share = use_context().display.text_share
    st.html(_CSS.format(share=share, ground=_GROUND[theme]))
    try:
        _render_show(request, theme)
    except CopError as fault:
        st.error(str(fault), icon=":material/error:")


def _render_show(request: WallRequest, theme: Theme) -> None:
    own = [pair for pair in read_pairs() if pair[0] not in WALL_PARTS]
    service, room = use_context().service, use_context().room
    request = heed_sent(request, room)
    live = st.session_state.get(LIVE_KEY) or own
    show = read_show(request, Picture.open_pairs(live), room)
    view, picture = open_view(service, show.picture)
    board: Role | None = None if request.scenes else "wall"
    spec = build_map(service, view, picture, theme, board=board, wall=True, camera_nonce=show.nonce)
    context = use_context()
    kiosk = build_kiosk(
        service,
        view,
        spec,
        show,
        said_at=context.now(),
        behind=context.refresher.fault is not None,
    )
    render_kiosk(kiosk, key=KIOSK_KEY)
    state = render_map(spec, key=MAP_KEY, height="87vh")
    if state.followed is not None:
        # Empty when nobody presents any more: the wall then shows its own address again.
        st.session_state[LIVE_KEY] = state.followed
        st.rerun(scope="fragment")


def build_kiosk(
    service: QueryService,
    view: View,
    spec: MapSpec,
    show: Show,
    *,
    said_at: datetime,
    behind: bool = False,
) -> KioskSpec:
    """Return the map's frame; ``behind`` is whether newer versions cannot be read."""
    scope = read_scope(service, view)
    marking = highest_marking([spec.marking, show.marking])
    return KioskSpec(
        theme=spec.theme,
        marking=marking,
        marking_color=marking_color(marking),
        synthetic=view.records == "synthetic",
        title=scope.ground,
        scope=" \N{MIDDLE DOT} ".join(scope.parts[1:]),
        stale=scope.stale,
        trial=bool(scope.trial),
        figures=tuple(_big(format_figure(figure)) for figure in read_headline(service, view)),
        foot=_foot(
            spec,
            describe_forecast(service, view),
            (scope.trial, describe_silence(read_silence(service, view))),
        ),
        said_at=said_at,
        alerts=(*show.alerts, *_alerts(service, view, behind=behind)),
        scene=show.scene,
    )


def _big(figure: FigureText) -> BigFigure:
    """Return a figure with its change or interval: what it was before has no room on a wall."""
    return BigFigure(title=figure.title, value=figure.value, change=figure.brief)


def _foot(spec: MapSpec, forecast: ForecastText | None, notes: tuple[str, ...]) -> tuple[str, ...]:
    """Return what takes turns at the foot: notes that there are, the forecast, sources, credits."""
    lines = [note for note in notes if note]
    lines += [forecast.brief] if forecast is not None else []
    shown = [view for view in spec.layers if view.visible and view.is_loaded]
    sources = [
        title
        for view in shown
        if view.layer.group != "background"
        for title in view.sources or [format_sources(view.sources)]
    ]
    lines += _each("Source", sources)
    credits = [*(words for view in shown for words in view.credits), *spec.attribution]
    return (*lines, *_each("Credit", [part for words in credits for part in words.split("; ")]))


def _each(title: str, words: Sequence[str]) -> list[str]:
    return [f"{title}: {word}" for word in dict.fromkeys(words) if word]


def _alerts(service: QueryService, view: View, *, behind: bool) -> tuple[str, ...]:
    snapshot, resolved = view.snapshot, view.filter
    found = find_alerts(service, view)
    active = summarize_alerts(found.active, snapshot.now, outside=found.outside)
    alerts = [f"\N{BLACK UP-POINTING TRIANGLE} {active.brief}"] if active else []
    if view.unapplied:
        alerts.append(describe_unapplied(view.unapplied))
    withheld = describe_withheld(snapshot)
    if withheld:
        alerts.append(withheld)
    if snapshot.known_at is not None:
        past = format_dtg(snapshot.known_at)
        alerts.append(f"AS KNOWN AT {past} \N{EN DASH} NOT THE PRESENT")
    missing = snapshot.page_caveats(resolved)
    caveats = [*(caveat.text for caveat in missing), *service.room.briefs]
    if caveats:
        alerts.append(f"QUARANTINE: {summarize_caveats(caveats)}")
    if behind:
        alerts.append("NEWER VERSIONS CANNOT BE READ")
    return tuple(alerts)


def _local_now() -> datetime:
    """Return the time in the browser's time zone; UTC if unknown."""
    return datetime.now(find_zone(st.context.timezone or "UTC") or UTC)
