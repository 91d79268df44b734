"""Readers, checks and publishing: how files and feeds come into the store."""
