"""robots.txt, pace and back-off of each host."""
