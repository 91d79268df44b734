"""What the program speaks of: layers, pictures, windows, markings, regions, places; no I/O."""
