"""cop: a geospatial common operating picture."""

__version__ = "0.2.0"
