"""What is given to partners by their rules: its area, its positions, its records."""
