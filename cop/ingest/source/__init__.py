"""Reading files: one format a file, found by listing this folder."""
