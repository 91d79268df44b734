"""The Brief page: one area, as its people need to know it."""
