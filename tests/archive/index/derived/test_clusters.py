"""Near-duplicates are clusters that do not depend on the order of articles."""

from __future__ import annotations

from typing import Any

from archive.text.minhash import NEAR_DUPLICATE_THRESHOLD, estimate_similarity
from pipelines.near_duplicates import text_signature

WORDS = [f"كلمة{number}" for number in range(120)]


def text(number: int) -> list[str]:
    """Texts 0, 1 and 2 differ in a word; 3 has nothing in common with them."""
    words = [word + "ن" for word in WORDS] if number == 3 else list(WORDS)
    if number in {1, 2}:
        words[number * 9] = "تعديل"
    return [" ".join(words[:60]), " ".join(words[60:])]


def test_near_duplicates_share_a_cluster(kit: Any) -> None:
    """The same wire text on two sites, slightly edited, is one cluster; an article without its like
    has none.
    """

    def entry(url: str, number: int, hour: int, site: str) -> Any:
        paragraphs = text(number)
        return kit.entry(
            url,
            hour,
            paragraphs=paragraphs,
            site=site,
            signature=text_signature("\n".join(paragraphs)),
        )

    with kit.index() as index:
        index.apply_captures(
            [
                entry("https://one.example/1", 0, 2, "one"),
                entry("https://two.example/1", 1, 1, "two"),
            ]
        )
        index.apply_captures(
            [
                entry("https://three.example/1", 3, 3, "three"),
                entry("https://four.example/1", 2, 4, "four"),
            ]
        )
        members = kit.rows("SELECT site, cluster_id IS NULL FROM articles ORDER BY site")
        assert members == [("four", 0), ("one", 0), ("three", 1), ("two", 0)]
        [(_, size, first)] = kit.rows(
            "SELECT c.id, c.articles, a.site FROM clusters c JOIN articles a ON a.id = "
            "c.first_article_id"
        )
        assert (size, first) == (3, "two")
        # one is rewritten: it leaves; four stays with two
        index.apply_captures([entry("https://one.example/1", 3, 9, "one")])
    assert kit.rows(
        "SELECT site, cluster_id IS NULL FROM articles WHERE site IN ('four', 'two')"
    ) == [
        ("four", 0),
        ("two", 0),
    ]
    assert kit.rows("SELECT count(DISTINCT cluster_id) FROM articles") == [(2,)]


def shifted(start: int) -> list[str]:
    """A text that shares the more words with another the nearer their starts are."""
    return [" ".join(f"كلمة{number}" for number in range(start, start + 200))]


def test_a_cluster_falls_apart_without_its_middle(kit: Any) -> None:
    """Two texts that only a third one connects are a cluster while that one reads as it does."""
    starts = (0, 45, 90)
    made = [text_signature(shifted(start)[0]) for start in starts]
    similar = [
        estimate_similarity(made[first] or b"", made[second] or b"") >= NEAR_DUPLICATE_THRESHOLD
        for first, second in ((0, 1), (1, 2), (0, 2))
    ]
    assert similar == [True, True, False]

    def entry(place: int, hour: float, paragraphs: list[str]) -> Any:
        signature = text_signature("\n".join(paragraphs))
        url = f"https://news.example/a/{place}"
        return kit.entry(url, hour, title=url, paragraphs=paragraphs, signature=signature)

    clusters = "SELECT count(*), count(cluster_id), count(DISTINCT cluster_id) FROM articles"
    with kit.index() as index:
        for place in (0, 2):
            index.apply_captures([entry(place, place, shifted(starts[place]))])
        assert kit.rows(clusters) == [(2, 0, 0)]
        index.apply_captures([entry(1, 1, shifted(starts[1]))])
        assert kit.rows(clusters) == [(3, 3, 1)]
        index.apply_captures([entry(1, 9, text(3))])
    assert kit.rows(clusters) == [(3, 0, 0)]
    assert kit.rows("SELECT * FROM clusters") == []
