"""Alerts on the pages: the Alerts page, and the notice above the Picture."""
