"""The pictures of photos that were kept aside: immutable files named by content, never drawn."""

FOLDER = "photos"
