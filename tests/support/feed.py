"""A feed as a partner would use it: its file of settings, its records, and posting them."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.support.http import Answer, Caller

TOKEN = "a-token-of-the-tests-alone"  # noqa: S105 it opens nothing
START = datetime(2026, 1, 30, 12)


def write_feeds(folder: Path, **changes: Any) -> Path:
    """Write a file of one feed, ``patrol``, some of its parts changed."""
    feed = {
        "name": "patrol",
        "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
        "profile": "reports_json",
    }
    path = folder / "feeds.yaml"
    path.write_text(yaml.safe_dump({"feeds": [feed | changes]}), encoding="utf-8")
    return path


def make_report(number: int, **fields: Any) -> dict[str, Any]:
    """One good record of the profile reports_json, some fields changed."""
    good = {
        "source_id": f"r{number}",
        "kind": "crossing",
        "count": 2,
        "unit": "people",
        "occurred_at": f"{START:%Y-%m-%dT%H:%M:%S}Z",
        "lon": -110.9,
        "lat": 31.4,
        "detection": "patrol",
        "confidence": "high",
    }
    return good | fields


def post(
    caller: Caller, batch: Any, *, token: str | None = TOKEN, kind: str = "application/json"
) -> Answer:
    """Post a batch, records or raw bytes, as a feed would."""
    body = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
    headers = {"Content-Type": kind}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return caller.ask("/api/events", method="POST", headers=headers, body=body)
