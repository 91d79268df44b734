"""Drawing symbols of MIL-STD-2525: from a code to areas that every surface can fill."""
