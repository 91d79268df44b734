"""What leaves the table: pictures of the map and hand-outs in files."""
