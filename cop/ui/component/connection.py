"""What the browser watches on every page: the connection to the server, and the viewer's theme."""

from cop.model.style import Theme
from cop.ui.component.asset import ignore_change, mount_component
from cop.ui.map.component import ASSETS, HEALTH_URL

NAME = "cop.connection"
_HTML = '<div class="copconnection"></div>'
_KEY = "cop-connection"


def render_connection(theme: Theme) -> None:
    """Mount it; it shows nothing while the server is there.

    The script runs again when the viewer changes to another theme than the one drawn here.
    """
    mount = mount_component(
        NAME,
        assets=ASSETS,
        html=_HTML,
        css="connection.css",
        js="connection.js",
        isolated=False,
    )
    mount(key=_KEY, data={"health": HEALTH_URL, "theme": theme}, on_theme_change=ignore_change)
