"""Reading analysts' files safely: what a stranger wrote is parsed in a sandbox."""
