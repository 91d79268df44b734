"""The bar of a lost server, which the browser draws by itself on every page."""

from cop.model.style import Theme
from cop.ui.component.asset import mount_component
from cop.ui.map.component import ASSETS, HEALTH_URL

_NAME = "cop.connection"
_HTML = '<div class="copconnection"></div>'
_KEY = "cop-connection"


def render_connection(theme: Theme) -> None:
    """Mount what watches the connection; it shows nothing while the server is there."""
    mount = mount_component(
        _NAME,
        assets=ASSETS,
        html=_HTML,
        css="connection.css",
        js="connection.js",
        isolated=False,
    )
    mount(key=_KEY, data={"health": HEALTH_URL, "theme": theme})
