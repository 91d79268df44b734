"""Forecasts that carry their track record: sector months, cells and periods, their scores."""
