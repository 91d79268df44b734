"""Datasets on disk: GeoParquet files, their versions in DuckLake, and the one DuckDB engine."""
