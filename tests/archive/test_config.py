"""`warraq.toml` is read strictly: what is wrong is told by file, table, key and what was
expected.
"""

import re
from pathlib import Path

import pytest

from archive.config import (
    FORMAT,
    SiteConfig,
    check_format,
    load_config,
    parse_config,
)
from archive.config_key import COLLECTION, REQUIRED, SELECTORS
from archive.config_key import SITE as SITES
from archive.config_keys import KEYS
from archive.errors import ConfigError, NewerCollectionError

SITE = """
[collection]
name = "Gulf news"

[sites.gulf]
start = "https://gulf.example/"
"""


def site(line: str) -> SiteConfig:
    return parse_config(SITE + line).sites[0]


def test_smallest_file_has_defaults() -> None:
    """A name and a start are enough; everything else has a default."""
    config = parse_config(SITE)
    assert config.name == "Gulf news"
    assert config.failed_share == 0.1
    (only,) = config.sites
    assert only.name == "gulf"
    assert only.start == ("https://gulf.example/",)
    assert (only.timezone, only.delay, only.obey_robots) == ("UTC", 1.0, True)


def test_every_key_is_read() -> None:
    """Each documented key, given as its own example, is accepted and kept."""
    for key in KEYS:
        lines = {
            "collection": 'name = "x"',
            "sites.a": 'start = "https://a.example/"',
            "sites.a.selectors": "",
        }
        heading = key.table.strip("[]").replace("NAME", "a")
        required = key.default is REQUIRED
        lines[heading] = f"{key.name} = {key.example}\n" + ("" if required else lines[heading])
        config = parse_config("".join(f"[{where}]\n{text}\n" for where, text in lines.items()))
        (only,) = config.sites
        holder = {COLLECTION: config, SITES: only, SELECTORS: only.selectors}[key.table]
        assert getattr(holder, key.name) is not None, key.name


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('timezon = "Asia/Dubai"', ["[sites.gulf]", "'timezon'", "did you mean 'timezone'?"]),
        ('timezone = "Asia/Dubay"', ["[sites.gulf] timezone", "IANA", "nearest: 'Asia/Dubai'"]),
        ('timezone = "+04:00"', ["timezone", "IANA time zone such as"]),
        ("delay = -1", ["delay", "number of seconds", "-1"]),
        ('delay = "soon"', ["delay", "'soon'"]),
        ("concurrency = 0", ["concurrency", "from 1 up"]),
        ("concurrency = true", ["concurrency", "True"]),
        ('include = ["(", "b"]', ["include", "regular expression", "'('"]),
        ('schedule = "61 * * * *"', ["schedule", "bad minute"]),
        ('schedule = "* * *"', ["schedule", "3 fields instead of 5"]),
        ('schedule = "0 0 30 2 *"', ["schedule", "bad day-of-month"]),
        ('language = "Arabic!"', ["language", "'Arabic!'"]),
        ("obey_robots = 1", ["obey_robots", "true or false"]),
        ('[sites.gulf.selectors]\ntitle = "h1["', ["[sites.gulf.selectors] title", "CSS selector"]),
        (
            '[sites.gulf.selectors]\nheadline = "h1"',
            ["[sites.gulf.selectors]", "'headline'", "title, body, date, drop"],
        ),
        ('[sites."a b"]\nstart = "https://a.example/"', ["[sites.a b]", "letters, digits"]),
        ("[sites.other]", ["[sites.other]", "'start' is missing"]),
        ("[sites.other]\nstart = []", ["[sites.other] start", "at least one URL"]),
        (
            '[sites.other]\nstart = "gulf.example/news"',
            ["did you mean 'https://gulf.example/news'?"],
        ),
        ('[sites.other]\nstart = "ftp://gulf.example/"', ["start", "'ftp://gulf.example/'"]),
        ('[sites.other]\nstart = "https://me:secret@gulf.example/"', ["user name or password"]),
        ('[sites.other]\nstart = "https://gulf.example:99999/"', ["start", "expected a URL"]),
        ("[site.gulf]", ["the file has no table 'site'", "did you mean 'sites'?"]),
    ],
)
def test_what_is_wrong_is_named(line: str, parts: list[str]) -> None:
    """A wrong line is refused with file, table, key, what was expected and the nearest right
    word.
    """
    with pytest.raises(ConfigError) as refusal:
        parse_config(SITE + line)
    message = str(refusal.value)
    assert message.startswith("warraq.toml: ")
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_a_password_is_not_repeated() -> None:
    """A refused URL with a password in it does not put the password on the screen."""
    with pytest.raises(ConfigError) as refusal:
        parse_config(SITE.replace("https://gulf", "https://me:secret@gulf"))
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["[collection\nname=1", "name = \n\n[a]", "a = 1\na = 2\n"])
def test_broken_toml_names_the_line(text: str) -> None:
    """A syntax error says in which file and line it is."""
    with pytest.raises(ConfigError, match=r"warraq\.toml: not valid TOML: .*line \d"):
        parse_config(text)


def test_missing_collection_table() -> None:
    """A file without `[collection]` says that this table is missing."""
    with pytest.raises(ConfigError, match=r"\[collection\] is missing"):
        parse_config('[sites.a]\nstart="https://a.example/"')


def test_header_injection_is_refused() -> None:
    """A line break in a value that ends up in HTTP headers is refused."""
    with pytest.raises(ConfigError, match="line breaks"):
        parse_config(SITE.replace("[sites", 'contact = "a\\r\\nCookie: b"\n[sites'))


def test_contact_is_an_address() -> None:
    """`contact` is a way to reach somebody that can be sent in a header; anything else is refused
    by name.
    """
    for good in (
        "desk@library.example",
        "https://library.example/crawler",
        "mailto:desk@library.example",
    ):
        assert parse_config(SITE.replace("[sites", f'contact = "{good}"\n[sites')).contact == good
    for bad in ("me", "the library", "library.example", "مكتب@library.example", "a@b"):
        with pytest.raises(
            ConfigError, match=r"\[collection\] contact: expected an e-mail address or a URL, not"
        ):
            parse_config(SITE.replace("[sites", f'contact = "{bad}"\n[sites'))


def test_loopback_needs_no_delay() -> None:
    """A site on this machine has no delay by default; a delay that is stated stays, and other hosts
    keep theirs.
    """
    local = SITE.replace("https://gulf.example/", "http://127.0.0.1:8000/")
    assert parse_config(local).sites[0].delay == 0.0
    assert parse_config(local + "delay = 2").sites[0].delay == 2.0
    mixed = SITE.replace(
        '"https://gulf.example/"', '["http://localhost/", "https://gulf.example/"]'
    )
    assert parse_config(mixed).sites[0].delay == 1.0


def test_newer_collection_is_refused(tmp_path: Path) -> None:
    """A collection made by a newer version is refused as such, even where it has keys unknown to
    this one.
    """
    file = tmp_path / "warraq.toml"
    file.write_text(SITE.replace("[sites", f"format = {FORMAT + 1}\nmagic = true\n[sites"))
    for act in (load_config, check_format):
        with pytest.raises(NewerCollectionError, match="install a newer Warraq"):
            act(file)


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is refused with the offset of the first wrong byte."""
    file = tmp_path / "warraq.toml"
    file.write_bytes(SITE.encode() + "# عربي".encode("windows-1256"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(file)


def test_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    """An editor's byte order mark does not make the file invalid."""
    file = tmp_path / "warraq.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SITE.encode())
    assert load_config(file).name == "Gulf news"


def test_unknown_site_names_the_nearest() -> None:
    """Asking for a site that is not there names the one probably meant."""
    with pytest.raises(ConfigError, match="did you mean 'gulf'"):
        parse_config(SITE).site("golf")
    assert parse_config(SITE).site("gulf").start == ("https://gulf.example/",)


def test_a_thousand_sites_are_read_without_compiling_their_patterns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Patterns of the usual forms are seen to be right as they stand: a configuration of a thousand
    sites, each with patterns of its own, is loaded in a tenth of a second.
    """
    compiled = []

    def noting(pattern: str, flags: int = 0) -> None:
        compiled.append((pattern, flags))

    forms = (
        "/tag/{}",
        r"^https://news\.example/{}/\d{{4}}/\d{{2}}/[a-z0-9-]+\.html$",
        r"/(news|sport)/s{}/[^/]+/?$",
        "/أخبار/{}|/archive-{}/.*",
    )
    tables = "".join(
        f"[sites.s{number}]\nstart = 'https://s{number}.example/'\n"
        f"include = ['{forms[number % 4].format(number, number)}']\n"
        for number in range(1000)
    )
    monkeypatch.setattr(re, "compile", noting)
    config = parse_config(f"[collection]\nname = 'all'\n{tables}")
    assert len(config.sites) == 1000
    assert compiled == []
