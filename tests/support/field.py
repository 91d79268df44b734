"""Reports from the field, for tests."""

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from PIL import Image

NOW = datetime(2026, 11, 24, 18, 30)


def report_id(n: int = 0) -> str:
    """The id of the n-th report, as a phone makes it."""
    return str(UUID(int=n, version=4))


def stated_report(n: int = 0, **changes: Any) -> dict[str, Any]:
    """What a phone sends."""
    stated = {
        "id": report_id(n), "lon": -110.94, "lat": 31.35, "accuracy_m": 30.0, "kind": "rescue",
        "count": 2, "occurred_at": "2026-11-24T18:10:00Z", "note": "near the wash",
    }  # fmt: skip
    return {name: value for name, value in {**stated, **changes}.items() if value is not None}


def make_photo(width: int = 2_000, height: int = 1_000) -> bytes:
    """A JPEG that says where and with which device it was taken."""
    image, out = Image.new("RGB", (width, height), (200, 40, 40)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "SECRET-DEVICE"
    exif.get_ifd(0x8825)[2] = (31.0, 20.0, 0.0)
    image.save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return out.getvalue()
