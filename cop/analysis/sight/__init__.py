"""What can be seen from a place over terrain."""
