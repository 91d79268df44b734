"""Features as a table: what another system pages through, filtered by its own words."""
