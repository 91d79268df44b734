"""Files that records of the room name by their content, in folders of the warehouse."""

from typing import Final

REPORT_PHOTOS: Final = "report_photos"
"""Photos of field reports, as JPEG."""
BRIEFS: Final = "briefs"
"""Briefs that were made, as PDF and HTML."""
