"""Which response headers state how it may be used."""

from archive.model.usage_signals import MAX_RIGHTS_HEADERS, rights_headers


def test_headers_are_kept_as_sent() -> None:
    """Those that state something, in their order; of links only licences, of floods the first."""
    headers = (
        ("Content-Type", "text/html"),
        ("X-Robots-Tag", "googlebot: noarchive"),
        ("Link", "</a.css>; rel=preload"),
        ("link", '</l.xml>; rel="License"'),
        ("X-ROBOTS-TAG", "noai"),
    )
    assert rights_headers(headers) == (
        ("x-robots-tag", "googlebot: noarchive"),
        ("link", '</l.xml>; rel="License"'),
        ("x-robots-tag", "noai"),
    )
    assert len(rights_headers((("TDM-Reservation", "1"),) * 999)) == MAX_RIGHTS_HEADERS
