"""cop: a geospatial common operating picture."""
