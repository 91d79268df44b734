"""Opening a file of any format: what each hands over, and what several formats share."""
