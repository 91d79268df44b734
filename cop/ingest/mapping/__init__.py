"""Mapping the columns of an analyst's file to events, sensors and statistics."""
