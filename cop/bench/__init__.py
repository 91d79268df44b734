"""The bench: how fast the picture answers, and whether its peers give the same answer."""
