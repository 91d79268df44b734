"""The domain model: layers, Pictures, windows, markings, regions, places; no I/O."""
