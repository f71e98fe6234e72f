"""Text to instant: dates as people write them."""
