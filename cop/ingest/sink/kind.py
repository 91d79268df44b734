"""The sink of each kind of records."""

from typing import Any

from cop.ingest.sink import event, facility, line, sensor, statistic, status
from cop.ingest.sink.load import Sink

SINKS: dict[str, Sink[Any]] = {
    "events": event.SINK,
    "sensors": sensor.SINK,
    "status": status.SINK,
    "statistics": statistic.SINK,
    "places": facility.SINK,
    "lines": line.SINK,
}
