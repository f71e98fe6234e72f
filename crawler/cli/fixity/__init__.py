"""Commands about fixity: that what is kept is what was captured, and how to show it."""
