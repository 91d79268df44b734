"""A server under load: many viewers, clients that ask for tiles."""
