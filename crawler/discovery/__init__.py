"""Where a crawl begins and what leads on: seeds, links and announcements, what is asked for again,
and what is left out.
"""
