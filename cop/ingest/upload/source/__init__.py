"""Opening a file by its format, within the sealed process: batches of cells and geometry."""
