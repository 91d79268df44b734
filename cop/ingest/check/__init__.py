"""Cells of a table as fields of our schema; the first reason against each row."""
