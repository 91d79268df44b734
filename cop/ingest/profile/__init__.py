"""Profiles: small YAML files that map the files of a source to our schema."""
