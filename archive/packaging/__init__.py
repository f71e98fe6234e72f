"""WACZ, BagIt, and files made by other tools."""
