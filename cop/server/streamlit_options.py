"""Streamlit's options, from asset/streamlit.toml wherever the program is started."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from cop.resource import package_path


def read_options() -> dict[str, Any]:
    """Return each option by Streamlit's name for it, such as ``theme.dark.primaryColor``."""
    path = package_path("cop", "server", "asset", "streamlit.toml")
    return dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
