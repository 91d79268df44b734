"""Synthetic events, sensors and outages that look like the real thing and belong to nobody."""

from cop.ingest.demo.event import build_demo_events
from cop.ingest.demo.sensor import build_demo_sensors

__all__ = ["build_demo_events", "build_demo_sensors"]
