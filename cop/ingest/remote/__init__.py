"""Features of other servers, brought into a file that the pipeline reads like any other."""
