"""Endpoints of OGC API and STAC."""
