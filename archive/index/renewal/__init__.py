"""An index that cannot be used any more: how that is known, and what of it still serves while
another takes its place.
"""
