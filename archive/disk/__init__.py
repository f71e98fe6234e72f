"""Room on the disk: what a collection takes up, what is left to it, and where its bounds are."""
