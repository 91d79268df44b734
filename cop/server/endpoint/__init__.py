"""The endpoints of the routes: each answers one kind of request."""
