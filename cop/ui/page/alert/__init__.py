"""Alerts on the pages: the page of all of them, and the line that stands over every picture."""
