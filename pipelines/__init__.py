"""The pipelines read: from a captured payload to an article, its versions and its
near-duplicates.
"""
