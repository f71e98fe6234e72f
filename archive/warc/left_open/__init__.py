"""What a kill left in a file in progress: which exchanges are whole, and where the rest goes."""
