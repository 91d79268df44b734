"""Vector tiles and summaries: what the store answers to a filter."""
