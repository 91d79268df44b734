"""The board measured: browsers that follow a presenter, and many followers of one server."""
