"""A clock that ticks in the browser, so that it goes on when the server does not."""

from pathlib import Path

from cop.ui.component import mount_component

_ASSETS = Path(__file__).with_name("asset")


def render_clock(*, key: str) -> None:
    """Draw the date-time group of now (UTC, by the viewer's clock) with local time below."""
    mount = mount_component(
        "cop.clock",
        assets=_ASSETS,
        html='<div class="copclock"></div>',
        css="clock.css",
        js="clock.js",
    )
    mount(key=key)
