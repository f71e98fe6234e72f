"""The usual paths of sitemaps and feeds: where they are looked for if a site names none."""

# Asked for where robots.txt names no sitemap.
SITEMAP_PATHS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
# Asked for where the start page names no feed.
FEED_PATHS = ("/rss", "/feed", "/rss.xml")
