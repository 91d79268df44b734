"""Several servers on one database, each on a machine of its own, of which each is killed."""
