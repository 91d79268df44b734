"""Coverage: which share of each place working sensors see, and when."""
