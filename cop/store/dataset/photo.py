"""The images of uploaded photos: immutable files named by content, never drawn."""

FOLDER = "photos"
