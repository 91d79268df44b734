"""One page a file, each calling cop.ui."""
