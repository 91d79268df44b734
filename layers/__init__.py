"""One file, one LAYER declaration; found by listing the folder."""
