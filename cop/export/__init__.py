"""Exports: map images and hand-outs."""
