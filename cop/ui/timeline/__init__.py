"""The timeline: what it shows, and the component that draws it and lets one brush it."""

from cop.ui.timeline.component import Bar, TimelineSpec, read_brush, render_timeline

__all__ = ["Bar", "TimelineSpec", "read_brush", "render_timeline"]
