"""What the events mean: coverage, forecast risk."""
