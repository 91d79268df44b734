"""Partners and other systems: what is given to them, and what comes from them."""
