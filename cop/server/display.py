"""The display that the Wall page is drawn for, set where the server starts."""

from cop.model.display import Display
from cop.settings import WallSettings

_installed: list[Display] = []


def install_display(settings: WallSettings) -> None:
    """Make the settings' display the one that this process's walls are drawn for."""
    _installed[:] = [Display(inches=settings.wall_inches, metres=settings.wall_metres)]


def current_display() -> Display:
    """Give the display of this process; the usual one where none was set."""
    return _installed[0] if _installed else Display()
