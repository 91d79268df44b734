"""The process that reads the files of strangers, and what its parent checks of its answer."""
