"""Alerts of a version: its series, what is found in them, and the watch that looks once."""
