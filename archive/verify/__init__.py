"""Everything about a collection that is not as it should be, as findings."""
