"""Drawings for the tests of annotations."""

from typing import Any

from cop.model.annotation import Drawing

AREA = [[-111, 31], [-110, 31], [-110, 32], [-111, 32]]


def said(**changes: Any) -> dict[str, Any]:
    """What a browser says when an area is drawn."""
    usual = {"shape": "area", "purpose": "interest", "title": "Falcon", "coordinates": AREA}
    return usual | changes


def drawing(**changes: Any) -> Drawing:
    """An area, or what else is asked for."""
    return Drawing.model_validate(said(**changes))
