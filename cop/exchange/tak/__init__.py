"""TAK servers: Cursor-on-Target out and in, and data packages."""
