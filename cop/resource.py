"""Files that come with the program, wherever it is installed: regions, profiles, rules, pages."""

from importlib.resources import files
from pathlib import Path


def package_path(package: str, *parts: str) -> Path:
    """Return a file or folder of an installed package: ``package_path("data", "regions")``."""
    return Path(str(files(package).joinpath(*parts)))


def import_folder() -> Path:
    """Return the folder that Python imports the program from: a checkout or site-packages."""
    return package_path("cop").parent
