"""The SQL of `index.db`, every table and index with the query it serves, and how the file is
opened.

Tables whose name begins with `_` are the index's own; the others are for everybody. Every id and
rowid is derived from content, so two indexes of the same captures are equal row by row. There are
no migrations: the index is a projection of the WARCs, and one of another schema version is made
anew (`pipelines.ingest.index_renewal`).
"""

from __future__ import annotations

from archive.index.columns import ARTICLES, CAPTURES, CRAWLS, columns_sql
from archive.index.coverage_view import COVERAGE
from archive.index.derived.listing_pages import LISTING_PAGES
from archive.index.derived.usage_signals import USAGE_SIGNALS

SCHEMA_VERSION = 7
APPLICATION_ID = 0x57415251  # "WARQ": tells file(1) and us whose database this is

TABLES = f"""
-- One exchange in a WARC. article_id and version_id are what its payload (or the one it refers to) was read as.
CREATE TABLE captures (
  {columns_sql(CAPTURES)}
) WITHOUT ROWID;
CREATE INDEX captures_url ON captures (url, captured);                 -- validators, revisits, captured_since
CREATE INDEX captures_article ON captures (article_id, captured) WHERE article_id IS NOT NULL; -- show, cite
CREATE INDEX captures_digest ON captures (payload_digest, captured)
  WHERE record_type = 'response' AND status = 200 AND truncated IS NULL; -- is this payload known?
CREATE INDEX captures_record ON captures (record_id);                  -- what a revisit refers to
CREATE INDEX captures_unread ON captures (warc, offset)
  WHERE record_type = 'revisit' AND kind = 'not-modified' AND refers_to_url != url; -- revisits to be read once they can be
CREATE INDEX captures_warc ON captures (warc, offset);                 -- verify, both directions
CREATE INDEX captures_via ON captures (via, captured) WHERE article_id IS NOT NULL; -- when was an article last found through a page?
CREATE INDEX captures_sources ON captures (site, url) WHERE kind IN ('sitemap', 'feed'); -- what announces a site's articles
CREATE INDEX captures_location ON captures (location) WHERE location IS NOT NULL; -- who redirects here

-- One article of one site, as last seen. rowid is articles_fts's.
CREATE TABLE articles (
  {columns_sql(ARTICLES)}
);
CREATE INDEX articles_published ON articles (published);               -- newest first
CREATE INDEX articles_site ON articles (site, published);              -- newest of a site
CREATE INDEX articles_cluster ON articles (cluster_id, published, first_seen, id) WHERE cluster_id IS NOT NULL; -- cluster

-- One URL under which an article was found.
CREATE TABLE addresses (
  url TEXT NOT NULL, article_id TEXT NOT NULL, kind TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
  PRIMARY KEY (url, article_id)
) WITHOUT ROWID;
CREATE INDEX addresses_article ON addresses (article_id);              -- all addresses of an article

-- One distinct text of an article.
CREATE TABLE versions (
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL, number INTEGER NOT NULL, first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, text_sha256 TEXT NOT NULL, extractor TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX versions_article ON versions (article_id, number);        -- how an article changed
CREATE INDEX versions_text ON versions (text_sha256);                  -- a text that moves to another article

CREATE TABLE authors (article_id TEXT, position INTEGER, name TEXT NOT NULL,
  PRIMARY KEY (article_id, position)) WITHOUT ROWID;
CREATE INDEX authors_name ON authors (name);                           -- search --author
CREATE TABLE tags (article_id TEXT, position INTEGER, tag TEXT NOT NULL,
  PRIMARY KEY (article_id, position)) WITHOUT ROWID;
CREATE TABLE images (article_id TEXT, position INTEGER, url TEXT NOT NULL, caption TEXT, credit TEXT,
  PRIMARY KEY (article_id, position)) WITHOUT ROWID;
CREATE TABLE links (article_id TEXT, position INTEGER, url TEXT NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (article_id, position)) WITHOUT ROWID;
CREATE INDEX links_url ON links (url);                                 -- who links here

-- A group of near-duplicates; an article without any belongs to none.
CREATE TABLE clusters (
  id TEXT PRIMARY KEY, articles INTEGER NOT NULL, first_published TEXT, first_article_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE crawls (
  {columns_sql(CRAWLS)}
) WITHOUT ROWID;
CREATE INDEX crawls_site ON crawls (site, started);                    -- status

-- One announcement of a URL; repeated unchanged it is the same one, seen again (last_seen).
CREATE TABLE sightings (
  id TEXT PRIMARY KEY, url TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, seen TEXT NOT NULL,
  title TEXT, published TEXT, crawl_id TEXT, modified TEXT, last_seen TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sightings_url ON sightings (url);                         -- what was announced of a URL

CREATE TABLE failures (
  id TEXT PRIMARY KEY, url TEXT NOT NULL, crawl_id TEXT, stage TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX failures_crawl ON failures (crawl_id);                    -- status
CREATE INDEX failures_url ON failures (url);                           -- why is it not there

-- An address that a crawl was led to and did not ask for: why (LeftOutReason), as stated last. `coverage` shows it.
CREATE TABLE _left_out (
  url TEXT, site TEXT, why TEXT NOT NULL, detail TEXT NOT NULL, found_on TEXT, first_at TEXT NOT NULL, at TEXT NOT NULL,
  crawl_id TEXT NOT NULL, PRIMARY KEY (url, site)
) WITHOUT ROWID;

-- An article that answered and no longer does.
CREATE TABLE disappearances (
  article_id TEXT PRIMARY KEY, last_seen TEXT NOT NULL, gone_since TEXT NOT NULL, reason TEXT NOT NULL,
  capture_id TEXT NOT NULL
) WITHOUT ROWID;

-- An article that was taken back, in place of its row in articles: when, why, the digests of its texts and payloads.
CREATE TABLE withdrawals (
  article_id TEXT PRIMARY KEY, url TEXT NOT NULL, site TEXT NOT NULL, withdrawn TEXT NOT NULL, reason TEXT NOT NULL,
  text_sha256 TEXT NOT NULL, payload_digests TEXT NOT NULL, purged INTEGER NOT NULL
) WITHOUT ROWID;

-- Folded text and, apart from it, other forms of its words (archive.text.folding): phrases count in title and body only.
-- By the comment in it sqlite-utils and Datasette recognise the search of articles; its rowid is theirs.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
  title, body, title_forms, body_forms, tokenize = "unicode61 remove_diacritics 0"
  /* content="articles" */
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('rank', 'bm25(10.0, 1.0, 8.0, 0.7)');

-- What each capture was read as: one row for its own article (ordinal 0) and for each article a listing carries whole.
-- A revisit has the row of what it refers to, under its own order_key (which sorts captures by time, WARC, offset).
CREATE TABLE _readings (
  capture_id TEXT, ordinal INTEGER, read_from TEXT NOT NULL, order_key TEXT NOT NULL, url TEXT NOT NULL,
  site TEXT NOT NULL, own_key TEXT NOT NULL, key TEXT NOT NULL, canonical TEXT NOT NULL, -- the URL and its canonical URL, folded
  name_key TEXT NOT NULL, -- the one of these two that names the article; '' while that is not judged
  fingerprint TEXT NOT NULL, text_sha256 TEXT NOT NULL,
  text_id INTEGER NOT NULL, -- _texts.id; fingerprint and text_sha256 are of that text without boilerplate
  is_last INTEGER NOT NULL, -- of an article on several pages: whether the page leads to no further one
  is_active INTEGER NOT NULL, -- 0 for what was withdrawn, and a listing's rendition of an article whose own page is known
  article_id TEXT, version_id TEXT, PRIMARY KEY (capture_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX _readings_key ON _readings (key, site, order_key);
CREATE INDEX _readings_name ON _readings (name_key, site, order_key);
CREATE INDEX _readings_claim ON _readings (key, site, own_key, order_key) WHERE own_key != key;
CREATE INDEX _readings_fingerprint ON _readings (site, fingerprint, is_active, order_key);
CREATE INDEX _readings_article ON _readings (article_id, order_key) WHERE article_id IS NOT NULL;
CREATE INDEX _readings_version ON _readings (version_id, order_key) WHERE version_id IS NOT NULL;
CREATE INDEX _readings_url ON _readings (url, article_id, order_key);

-- Each distinct text of an address as it was read, the DOM places of its lines, and the metadata of its newest reading.
CREATE TABLE _texts (
  id INTEGER PRIMARY KEY, site TEXT NOT NULL, key TEXT NOT NULL, order_key TEXT NOT NULL, listing INTEGER NOT NULL,
  raw_sha256 TEXT NOT NULL, text_sha256 TEXT NOT NULL, -- as read, and without boilerplate
  title TEXT NOT NULL, body TEXT, -- as read; NULL where nothing of it is left out: a version has it
  places TEXT, metadata TEXT NOT NULL, signature BLOB,
  part INTEGER -- of an article on several pages: which one this is the text of, from 1; 0 for all of them on one
);
CREATE INDEX _texts_part ON _texts (key, site) WHERE part > 0; -- addresses of articles on several pages

-- Which texts (_texts.id) of which articles (hash of site and folded address) have a line, or a DOM place, of that hash;
-- and the hashes of the lines and places that are boilerplate.
CREATE TABLE _lines (
  line_hash INTEGER, article_hash INTEGER, text_id INTEGER, PRIMARY KEY (line_hash, article_hash, text_id)
) WITHOUT ROWID;
CREATE TABLE _learned_lines (
  line_hash INTEGER PRIMARY KEY, site TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, form TEXT
);
CREATE INDEX _learned_lines_site ON _learned_lines (site);                         -- what was learned of a site

-- Canonical URLs (folded) that pages at other addresses name, and a hash of the texts that these are judged by.
CREATE TABLE _claims (site TEXT, key TEXT, judged_by TEXT NOT NULL, PRIMARY KEY (site, key)) WITHOUT ROWID;

-- Which article an address (folded) is: its own, or the one it duplicates.
CREATE TABLE _url_article (site TEXT, key TEXT, article_key TEXT NOT NULL, PRIMARY KEY (site, key)) WITHOUT ROWID;

-- The address that has a fingerprint (folded title, body and publication time): where it was captured first.
CREATE TABLE _fingerprint_url (site TEXT, fingerprint TEXT, key TEXT NOT NULL, PRIMARY KEY (site, fingerprint)) WITHOUT ROWID;

CREATE TABLE _signatures (docid INTEGER PRIMARY KEY, signature BLOB NOT NULL);
CREATE TABLE _bands (band INTEGER, docid INTEGER, PRIMARY KEY (band, docid)) WITHOUT ROWID;

-- What is withdrawn: a folded address (kind key), a text's SHA-256 (text) or signature (signature) of a site, a URL (url).
CREATE TABLE _withdrawn (kind TEXT, site TEXT, value TEXT, article_id TEXT, PRIMARY KEY (kind, value, site, article_id))
  WITHOUT ROWID;

-- Sites that were renamed: by each name they had, the first one and the present one (archive.index.site_names).
CREATE TABLE _site_names (name TEXT PRIMARY KEY, identity TEXT NOT NULL, shown TEXT NOT NULL) WITHOUT ROWID;

-- How far each WARC is in the index, in bytes.
CREATE TABLE _progress (warc TEXT PRIMARY KEY, end INTEGER NOT NULL) WITHOUT ROWID;
{COVERAGE}{USAGE_SIGNALS}{LISTING_PAGES}"""  # noqa: S608 - constants
