"""Where publishing systems put what a site does not name: sitemaps and feeds at their usual paths."""

# Asked for where robots.txt names no sitemap.
SITEMAP_PATHS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
# Asked for where the start page names no feed.
FEED_PATHS = ("/rss", "/feed", "/rss.xml")
