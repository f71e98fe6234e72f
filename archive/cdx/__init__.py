"""CDXJ lines and SURT keys: where each capture stands."""
