"""Alarms: what is normal for a site, learned from the index, and what departs from it."""
