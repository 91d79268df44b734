"""How soon a browser paints the first map over a slow line."""
