"""Rows of versions, and the elements and text of rendered HTML, for tests of what is shown."""

from html.parser import HTMLParser


def version(title: str, *paragraphs: str) -> dict[str, object]:
    return {
        "number": 1,
        "title": title,
        "body": "\n".join(paragraphs),
        "first_seen": "a",
        "last_seen": "b",
    }


class Tags(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
