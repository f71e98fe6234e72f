"""What runs leave for whoever looks after a collection: reports, logs, metrics and pings."""
