"""What is fetched next, and what may be fetched at all."""
