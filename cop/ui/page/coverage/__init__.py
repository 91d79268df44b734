"""The Coverage page and its parts."""
