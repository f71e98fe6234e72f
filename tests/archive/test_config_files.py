"""A configuration in several files: includes, defaults, and faults that stop one site alone."""

from pathlib import Path

import pytest

from archive.config import CollectionConfig, load_config, parse_config
from archive.config_files import OF_ONE_SITE
from archive.config_key import REQUIRED, SITE
from archive.config_keys import KEYS
from archive.errors import ConfigError

HEAD = 'include = ["sites.d/*.toml"]\n[collection]\nname = "c"\n'


def write(folder: Path, text: str, **included: str) -> CollectionConfig:
    """Load `text` with the files of these names in `sites.d`."""
    (folder / "sites.d").mkdir(exist_ok=True)
    for name, content in included.items():
        (folder / "sites.d" / f"{name}.toml").write_text(content, "utf-8")
    (folder / "warraq.toml").write_text(text, "utf-8")
    return load_config(folder / "warraq.toml")


def site(name: str, more: str = "") -> str:
    return f'[sites.{name}]\nstart = "https://{name}.example/"\n{more}\n'


def names(config: CollectionConfig) -> list[str]:
    return [each.name for each in config.sites]


def test_sites_of_included_files_stand_behind_those_of_the_file(tmp_path: Path) -> None:
    """The files are read in the order of their names, each once; an editor's hidden ones are
    not.
    """
    (tmp_path / "sites.d").mkdir()
    (tmp_path / "sites.d" / ".#b.toml").write_text("not TOML")
    text = HEAD.replace("include = [", 'include = ["sites.d/b.toml", ') + site("z")
    config = write(tmp_path, text, c=site("three"), b=site("one") + site("two"))
    assert names(config) == ["z", "one", "two", "three"]
    assert [path.name for path in config.files] == ["b.toml", "c.toml"]
    assert config.faulty == ()


def test_a_pattern_may_match_nothing_but_a_name_may_not(tmp_path: Path) -> None:
    """An empty folder of sites is none; a file that is named and missing is a fault of the file."""
    assert names(write(tmp_path, HEAD + site("a"))) == ["a"]
    with pytest.raises(ConfigError, match=r"include: there is no file 'more\.toml'"):
        write(tmp_path, HEAD.replace("sites.d/*.toml", "more.toml"))


@pytest.mark.parametrize("pattern", ["/etc/warraq/*.toml", "../*.toml", "sites.d/../../x.toml"])
def test_nothing_outside_of_the_collection_is_included(tmp_path: Path, pattern: str) -> None:
    """A collection is one folder: moved, backed up and handed on as a whole."""
    with pytest.raises(ConfigError, match="files in the collection's folder"):
        write(tmp_path, HEAD.replace("sites.d/*.toml", pattern))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[sites.b\n", "sites.d/b.toml: not valid TOML"),
        ('[collection]\nname = "x"\n', "has no table 'collection'; did you mean"),
        ("sites = 3\n", "sites.d/b.toml: [sites.NAME]: expected a table"),
    ],
)
def test_a_file_that_cannot_be_read_stops_its_own_sites(
    tmp_path: Path, content: str, expected: str
) -> None:
    """It is named, and all others go on."""
    config = write(tmp_path, HEAD + site("a"), b=content, c=site("c"))
    assert names(config) == ["a", "c"]
    ((fault),) = config.faulty
    assert fault.name == "sites.d/b.toml"
    assert expected.partition(";")[0] in fault.problem


def test_a_faulty_table_stops_that_site_alone(tmp_path: Path) -> None:
    """Its name, file, table and key are told, and asking for it says what is wrong."""
    config = write(tmp_path, HEAD + site("a", "dellay = 1") + site("b"), c=site("c", "delay = []"))
    assert names(config) == ["b"]
    assert [fault.name for fault in config.faulty] == ["a", "c"]
    assert "warraq.toml: [sites.a] has no key 'dellay'; did you mean 'delay'?" in (
        config.faulty[0].problem
    )
    assert config.faulty[1].problem.startswith("sites.d/c.toml: [sites.c] delay: expected")
    with pytest.raises(ConfigError, match="dellay"):
        config.site("a")
    chosen, faults = config.select_sites(["a", "b"])
    assert ([each.name for each in chosen], len(faults)) == (["b"], 1)
    with pytest.raises(ConfigError, match="dellay"):
        config.select_sites(["a"])
    with pytest.raises(ConfigError, match="dellay"):
        config.refuse_faulty()


def test_where_no_site_is_sound_nothing_is_done(tmp_path: Path) -> None:
    """That is a wrong configuration, and not a crawl of no sites."""
    with pytest.raises(ConfigError, match="dellay"):
        write(tmp_path, HEAD + site("a", "dellay = 1")).select_sites()


def test_of_two_sites_of_one_name_the_first_counts(tmp_path: Path) -> None:
    """The second is told with the file of the first."""
    config = write(tmp_path, HEAD + site("a", "delay = 7"), b=site("a"))
    assert [each.delay for each in config.sites] == [7.0]
    assert "warraq.toml has a site of that name" in config.faulty[0].problem


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ('[sites.b]\nstart = ["https://b.example/", "https://A.example"]', "[sites.a] starts at"),
        ('[sites.b]\nstart = "http://www.a.example/?utm_source=x"', "[sites.a] starts at"),
        (site("b", 'aliases = ["a"]'), "aliases: 'a' is [sites.a]"),
        (site("b", 'aliases = ["b"]'), "aliases: 'b' is [sites.b]"),
        (site("b", 'aliases = ["was"]'), "aliases: 'was' is an alias of [sites.a]"),
        (site("b", 'aliases = ["no name"]'), "aliases: expected a former name"),
    ],
)
def test_two_sites_that_cannot_be_told_apart(tmp_path: Path, second: str, expected: str) -> None:
    """What starts where another site does, however that is written, or has its name, would be
    crawled twice and mixed up.
    """
    config = write(tmp_path, HEAD + site("a", 'aliases = ["was"]') + second)
    assert names(config) == ["a"]
    assert expected in config.faulty[0].problem


def test_sites_of_one_host_with_other_starts_are_two(tmp_path: Path) -> None:
    """Sections of one paper may be sites of their own."""
    second = '[sites.b]\nstart = "https://a.example/sport/"\n'
    assert names(write(tmp_path, HEAD + site("a") + second)) == ["a", "b"]


def test_defaults_are_of_every_site_that_says_nothing_else(tmp_path: Path) -> None:
    """Also of sites in included files; lists are replaced, selectors one by one."""
    defaults = (
        '[defaults]\ndelay = "5s"\nschedule = "@hourly"\nexclude = ["/video/"]\n'
        '[defaults.selectors]\ntitle = "h1"\nbody = "div.story"\n'
    )
    own = 'delay = 2\nexclude = "/live/"\n[sites.b.selectors]\ntitle = "h2"'
    a, b = write(tmp_path, HEAD + defaults + site("a"), b=site("b", own)).sites
    assert (a.delay, a.schedule, a.exclude) == (5.0, "0 * * * *", ("/video/",))
    assert (b.delay, b.schedule, b.exclude) == (2.0, "0 * * * *", ("/live/",))
    assert (a.selectors.title, b.selectors.title, b.selectors.body) == ("h1", "h2", "div.story")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ('start = "https://a.example/"', "'start' belongs to one site"),
        ('aliases = ["x"]', "'aliases' belongs to one site"),
        ("paused = true", "'paused' belongs to one site"),
        ("dellay = 1", r"\[defaults\] has no key 'dellay'; did you mean 'delay'"),
        ("delay = -1", r"\[defaults\] delay: expected"),
    ],
)
def test_a_fault_in_the_defaults_is_of_all_sites(key: str, expected: str) -> None:
    """It stops the whole configuration, with table and key."""
    with pytest.raises(ConfigError, match=expected):
        parse_config(f'[collection]\nname = "c"\n[defaults]\n{key}\n')


@pytest.mark.parametrize(
    "odd", ["concurrency = 1000", "delay = 1e9", 'delay = "2d"', "jitter = 1e9"]
)
def test_odd_values_are_refused(odd: str) -> None:
    """What no sane crawl has is a slip of the keys, told before it harms a site."""
    with pytest.raises(ConfigError, match="expected"):
        parse_config(f'[collection]\nname = "c"\n{site("a", odd)}')


@pytest.mark.parametrize(
    ("name", "fields"),
    [("@daily", "0 0 * * *"), ("@Weekly", "0 0 * * 0"), ("@yearly", "0 0 1 1 *")],
)
def test_schedules_have_the_names_of_cron(name: str, fields: str) -> None:
    """As crontab(5) has them; a name it has not is refused."""
    text = '[collection]\nname = "c"\n'
    schedule = f'schedule = "{name}"'
    assert parse_config(text + site("a", schedule)).sites[0].schedule == fields
    with pytest.raises(ConfigError, match="schedule: expected"):
        parse_config(text + site("a", 'schedule = "@reboot"'))


def test_paused_sites_are_chosen_by_name_only(tmp_path: Path) -> None:
    """`crawl` passes them over unless it names them."""
    config = write(tmp_path, HEAD + site("a", "paused = true") + site("b"))
    assert [each.name for each in config.select_sites()[0]] == ["b"]
    assert [each.name for each in config.select_sites(["a"])[0]] == ["a"]


def test_a_former_name_finds_its_site(tmp_path: Path) -> None:
    """Scripts that name it go on working, and its first name makes the ids of its articles."""
    config = write(tmp_path, HEAD + site("c", 'aliases = ["a", "b"]'))
    assert (config.site("b").name, config.site("b").identity) == ("c", "a")


def test_what_a_site_must_say_is_never_a_default_for_others() -> None:
    """A required key, and one that names or admits, is each site's own."""
    required = {key.name for key in KEYS if key.table == SITE and key.default is REQUIRED}
    assert required | {"aliases", "paused", "login", "cookies_file"} == OF_ONE_SITE
