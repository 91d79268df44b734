"""What a release admits of a snapshot."""
