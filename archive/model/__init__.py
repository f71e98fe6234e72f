"""The nouns of the archive as frozen values, and the ids derived from them. Import them from here.

They have no behaviour beyond their own consistency: pipelines make them, the other groups of this
package store them, the crawler fetches what they describe.
Times are aware UTC datetimes; they become ISO 8601 with `Z` only at the border (`iso`).
"""

from archive.model.articles import (
    FAILURE_REASONS,
    GIVEN_UP_REASONS,
    LINK_MARK,
    NO_TEXT_REASONS,
    Article,
    Evidence,
    Image,
    Link,
    NotAnArticle,
    NotArticleReason,
    Place,
    Precision,
)
from archive.model.captures import (
    CRAWL_COUNTERS,
    Capture,
    Change,
    CrawlSummary,
    Exchange,
    Failure,
    FetchFacts,
    PayloadKind,
    Reading,
    RecordType,
    Reference,
    Sighting,
    Stage,
)
from archive.model.digest import Digest
from archive.model.identity import (
    article_id,
    content_id,
    crawl_id,
    iso_utc,
    run_id,
    text_sha256,
    version_id,
)
from archive.model.left_out import LeftOut, LeftOutBatch, LeftOutReason

__all__ = [
    "CRAWL_COUNTERS",
    "FAILURE_REASONS",
    "GIVEN_UP_REASONS",
    "LINK_MARK",
    "NO_TEXT_REASONS",
    "Article",
    "Capture",
    "Change",
    "CrawlSummary",
    "Digest",
    "Evidence",
    "Exchange",
    "Failure",
    "FetchFacts",
    "Image",
    "LeftOut",
    "LeftOutBatch",
    "LeftOutReason",
    "Link",
    "NotAnArticle",
    "NotArticleReason",
    "PayloadKind",
    "Place",
    "Precision",
    "Reading",
    "RecordType",
    "Reference",
    "Sighting",
    "Stage",
    "article_id",
    "content_id",
    "crawl_id",
    "iso_utc",
    "run_id",
    "text_sha256",
    "version_id",
]
