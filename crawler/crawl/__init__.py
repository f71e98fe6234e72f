"""What one crawl of one site knows and decides, and what the crawls of a process share."""
