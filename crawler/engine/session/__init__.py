"""What a crawl carries as a visitor does: cookies, the walls they open, logins and credentials."""
