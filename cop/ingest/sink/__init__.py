"""Records of each kind on their way into the store."""
