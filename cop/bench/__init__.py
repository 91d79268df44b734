"""The bench: how fast the picture answers."""
