"""Cookies as a visitor has them: what a site sets in a crawl is sent back in that crawl.

One jar a site and crawl, in memory: consent, session and "seen" cookies are passed, nothing is
carried from one crawl or site to another, and nothing of the operator's is in it. The cookies of a
site are part of the exchange, and stand in the request's record as they were sent. The operator's
are in `crawler.crawl.site_access`: so is what an answer sets where one of those was sent.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from archive.warc.serialization import REDACTED
from crawler.crawl.lease import COOKIES_SENT, NEW_COOKIES, lease_of
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.before_fetch import CrawlMiddleware
from crawler.fetch.download_handler import SECRETS_SENT, SITE_COOKIES


class CookiesMiddleware(CrawlMiddleware):
    """Keeps the site's cookies and sends them where they belong (RFC 6265 §5).

    Scrapy's own fetches the public suffix list when it is first used; a jar that lives for one
    crawl of one site needs none. robots.txt is asked for without cookies (RFC 9309 knows none).
    """

    def __init__(self, crawl: SiteCrawl) -> None:
        super().__init__(crawl)
        self._jar = CookieJar()

    def process_request(self, request: Request) -> None:
        """Put the cookies for its address on a request that says none itself."""
        if lease_of(request) is None or request.meta.get("dont_merge_cookies"):
            return
        if request.meta.pop(SITE_COOKIES, False):  # put there for an earlier sending of it
            request.headers.pop("Cookie", None)
        request.meta[COOKIES_SENT] = self._cookies_for(request.url)
        if "Cookie" in request.headers or not len(self._jar):
            return
        self._jar.add_cookie_header(request)
        request.meta[SITE_COOKIES] = "Cookie" in request.headers

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what a response sets, and note whether that changed anything, or the answer to
        another request did meanwhile: then an address asked for before may answer otherwise.
        """
        if lease_of(request) is None or request.meta.get("dont_merge_cookies"):
            return response
        values = response.headers.getlist("Set-Cookie")
        if values and (request.meta.get(SECRETS_SENT) or REDACTED in values):
            # it may be the operator's session
            said = [value.decode("utf-8", "replace") for value in values]
            request.meta[NEW_COOKIES] = self._crawl.access.take_cookies(request.url, said)
        elif values:
            before = self._contents()
            self._jar.extract_cookies(response, request)
            request.meta[NEW_COOKIES] = before != self._contents()
        if 300 <= response.status < 400 and not request.meta.get(NEW_COOKIES):
            sent = request.meta.get(COOKIES_SENT)
            request.meta[NEW_COOKIES] = sent != self._cookies_for(request.url)
        return response

    def _cookies_for(self, url: str) -> int:
        """What cookies a request for an address goes out with now, as a hash."""
        header = None
        if len(self._jar):
            asking = Request(url)
            self._jar.add_cookie_header(asking)
            header = asking.headers.get("Cookie")
        return hash((header, self._crawl.access.cookies_for(url)))

    def _contents(self) -> set[tuple[str, str, str, str | None]]:
        return {(each.domain, each.path, each.name, each.value) for each in self._jar}
