"""The peers of the bench, by name: other ways to answer the same questions from the same rows."""
