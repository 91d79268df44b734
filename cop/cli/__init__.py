"""The command line: one file for each subject; the folder is listed."""
