"""Named places of a web site in which a crawler gets lost, is led astray or is turned away.

Like the misbehaviours of the wire, each stands under its name (`TRAPS`); those that make up new
addresses as they go (`/calendar/2026/11`, `/deeper/a/b/a/b/`) are found by `trap_home`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable
from html import escape

from loopback_site.misbehaviours import PAGE, PARAGRAPH
from loopback_site.server import Behaviour, Talk, redirect, say

TRAPS: dict[str, Behaviour] = {}
_PATTERNS: list[tuple[re.Pattern[str], Behaviour]] = []
_COUNTER = itertools.count(1)

PRIVATE_LINKS = (
    "javascript:alert(1)", "mailto:a@b.example", "tel:+100", "data:text/html,x", "file:///etc/hostname",
    "ftp://127.0.0.1/x", "s3://bucket/key", "gopher://127.0.0.1:25/x", "http://127.0.0.2:1/", "http://127.1:1/",
    "http://0x7f000001:1/", "http://2130706433:1/", "http://0:1/", "http://localhost:1/", "http://[::1]:1/",
    "http://[::ffff:127.0.0.1]:1/", "//127.0.0.1:1/x", "http://user:secret@127.0.0.1:1/",
    "http://[bad", "http://",
)  # fmt: skip


def trap(name: str) -> Callable[[Callable[[Talk], Awaitable[None]]], Behaviour]:
    """Put a behaviour into `TRAPS` under `/name`."""

    def put(behaviour: Behaviour) -> Behaviour:
        TRAPS["/" + name] = behaviour
        return behaviour

    return put


def everywhere_under(pattern: str) -> Callable[[Behaviour], Behaviour]:
    """A behaviour for every path that the pattern matches."""

    def put(behaviour: Behaviour) -> Behaviour:
        _PATTERNS.append((re.compile(pattern), behaviour))
        return behaviour

    return put


def trap_home(talk: Talk) -> Behaviour | None:
    """The behaviour of a path that a trap has made up, for `Site(homes=...)`."""
    return next(
        (behaviour for pattern, behaviour in _PATTERNS if pattern.fullmatch(talk.path)), None
    )


def page(title: str, *links: str, text: str = PARAGRAPH * 2, head: str = "") -> str:
    """A small page with links."""
    anchors = "".join(f'<a href="{escape(link)}">{escape(link)}</a>\n' for link in links)
    return (
        f"<!doctype html><html lang=ar dir=rtl><head><meta charset=utf-8><title>{title}"
        f"</title>{head}</head>"
        f"<body><h1>{title}</h1><p>{text}</p>{anchors}</body></html>"
    )


# ----------------------------------------------------------------------------------- endless spaces


@everywhere_under(r"/calendar(/\d+/\d+)?")
async def calendar(talk: Talk) -> None:
    """A calendar without a first or last month."""
    match = re.search(r"/(\d+)/(\d+)$", talk.path)
    month = int(match[1]) * 12 + int(match[2]) - 1 if match else 2026 * 12
    links = [f"/calendar/{at // 12}/{at % 12 + 1}" for at in (month - 1, month + 1)]
    await talk.reply(page(f"{month // 12}-{month % 12 + 1:02}", *links))


@trap("session")
async def session(talk: Talk) -> None:
    """One page under a new session id in every link."""
    await talk.reply(
        page("الصفحة نفسها", *(f"/session?sid={next(_COUNTER):016x}" for _ in range(3)))
    )


@trap("facets")
async def facets(talk: Talk) -> None:
    """Filters that can be combined without end."""
    query = talk.exchange.target.partition("?")[2]
    await talk.reply(page("تصفية", *(f"/facets?{query}&f{number}=1" for number in range(8))))


@everywhere_under(r"/deeper(/.*)?")
async def deeper(talk: Talk) -> None:
    """A relative link that leads one level deeper into the same page: /deeper/a/b/a/b/..."""
    await talk.reply(page("أعمق", "a/b/" if talk.path.endswith("/") else talk.path + "/a/b/"))


@everywhere_under(r"/made-up/.*")
async def soft_404(talk: Talk) -> None:
    """A page that is not there, said with status 200."""
    await talk.reply(page("الصفحة غير موجودة", "/", text="عذرا، الصفحة التي تبحث عنها غير موجودة."))


# ---------------------------------------------------------------------------------------- redirects


TRAPS["/redirect-loop"] = redirect("/redirect-loop")
TRAPS["/redirect-ping"] = redirect("/redirect-pong")
TRAPS["/redirect-pong"] = redirect("/redirect-ping")
TRAPS["/redirect-file"] = redirect("file:///etc/hostname")
TRAPS["/redirect-offsite"] = redirect("http://offsite.invalid/")
TRAPS["/redirect-empty"] = redirect("")
TRAPS["/redirect-junk"] = redirect("http://[bad")
TRAPS["/meta-refresh-file"] = say(
    page("x", head='<meta http-equiv=refresh content="0;url=file:///etc/hostname">')
)


@trap("redirect-private")
async def redirect_private(talk: Talk) -> None:
    """To another loopback address on the same port, where the same server might as well be the
    intranet.
    """
    await talk.reply(
        status="302 Found", headers={"Location": f"http://127.0.0.2:{talk.site.port}/plain"}
    )


@trap("redirect-growing")
async def redirect_growing(talk: Talk) -> None:
    """To itself with a query that grows."""
    await talk.reply(
        status="302 Found",
        headers={"Location": f"{talk.exchange.target}{'&' if talk.query else '?'}x=1"},
    )


@everywhere_under(r"/redirect-chain/\d+")
async def redirect_chain(talk: Talk) -> None:
    """As many hops as the path says, then a page."""
    left = int(talk.path.rsplit("/", 1)[1])
    if left:
        await talk.reply(
            status="301 Moved Permanently", headers={"Location": f"/redirect-chain/{left - 1}"}
        )
    else:
        await talk.reply(PAGE)


# --------------------------------------------------------------------------- turned away, and links

CHALLENGE = (
    "<!doctype html><html><head><title>Just a moment...</title></head><body><div"
    " id=challenge-running>"
    "<noscript>Enable JavaScript and cookies to continue</noscript></div><script>checkBrowser()"
    "</script></body></html>"
)
TRAPS["/challenge"] = say(CHALLENGE)
TRAPS["/too-many"] = say("slow down", status="429 Too Many Requests", Retry_After="2")
TRAPS["/unavailable"] = say("later", status="503 Service Unavailable", Retry_After="2")
TRAPS["/unavailable-until"] = say(
    "later", status="503 Service Unavailable", Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"
)
TRAPS["/gone"] = say("gone", status="410 Gone")
TRAPS["/error"] = say("oops", status="500 Internal Server Error")
TRAPS["/sets-cookie"] = say(PAGE, Set_Cookie="session=SECRET-COOKIE; Path=/")
TRAPS["/evil-links"] = say(page("روابط", *PRIVATE_LINKS))


@trap("many-links")
async def many_links(talk: Talk) -> None:
    """Ten thousand links, or as many as asked for."""
    await talk.reply(
        page(
            "روابط", *(f"/made-up/{number}" for number in range(int(talk.number("count", 10_000))))
        )
    )


def unavailable_then(
    count: int,
    then: Behaviour,
    *,
    retry_after: str | None = "1",
    status: str = "503 Service Unavailable",
) -> Behaviour:
    """Answers an error to the first `count` requests and behaves from then on."""
    asked = itertools.count()

    async def behave(talk: Talk) -> None:
        if next(asked) < count:
            await talk.reply(
                "later", status=status, headers={"Retry-After": retry_after} if retry_after else {}
            )
        else:
            await then(talk)

    return behave
