"""Declarations that come with the program: regions, profiles of sources, impact rules."""
