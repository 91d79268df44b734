"""Reading files: tables of text with the numbers of their rows, and geometry where there is any."""
