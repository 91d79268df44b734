"""The life of an uploaded layer, from a draft to everyone's map and off it again."""
