"""What is done on a page: consent, scrolling, "load more", pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.page.dom import Page, parse_page

Show = Callable[..., Any]
GROWS = """<div id=list></div><button class=more onclick="grow()">more</button><script>
let count = 0;
function grow() { if (count < 3) {
  count += 1;
  const line = document.createElement("p");
  line.textContent = "line " + count; line.style.height = "2000px";
  document.getElementById("list").append(line);
  if (count === 3) document.querySelector("button").remove();
} }
grow();
</script>"""


def test_load_more_is_clicked_as_often_as_the_page_is_scrolled(show: Show) -> None:
    """Each round scrolls to the end and clicks; it ends with the button, or the rounds."""
    rendering, _ = show(GROWS, browser_more="button.more", browser_scrolls=1)
    assert b"line 2" in rendering.html
    assert b"line 3" not in rendering.html
    rendering, _ = show(GROWS, browser_more="button.more", browser_scrolls=9)
    assert b"line 3" in rendering.html
    assert rendering.steps.count("scrolled to the end and clicked button.more") == 2
    assert len(rendering.steps) <= 4


def test_a_layer_that_appears_late_is_clicked_away(show: Show) -> None:
    """Consent layers often come after the page; what is hidden, or not there, costs nothing."""
    html = """<button id=hidden style="display: none">x</button><script>setTimeout(() => {
      const layer = document.createElement("button");
      layer.id = "accept"; layer.textContent = "ok";
      layer.onclick = () => { layer.remove(); document.body.append("accepted"); };
      document.body.append(layer);
    }, 900)</script>"""
    rendering, _ = show(html, browser_clicks=("#hidden", "#accept"))
    assert b"accepted" in rendering.html
    assert [step for step in rendering.steps if "clicked" in step] == ["clicked #accept"]


def test_pictures_are_taken_of_the_whole_page(show: Show) -> None:
    """A screenshot is as high as the page, and a print has its text."""
    rendering, _ = show("<p style='height: 3000px'>text</p>", browser_views=("screenshot", "pdf"))
    picture, paper = rendering.views
    assert picture.media_type == "image/png"
    assert int.from_bytes(picture.data[20:24], "big") >= 3000
    assert paper.data.startswith(b"%PDF-")


def test_what_stands_in_shadow_roots_is_in_the_document(show: Show) -> None:
    """Elements of a site's own making often hold the text; it stands where they stand, nested ones
    too, and is read.
    """
    rendering, _ = show(
        """<!DOCTYPE html><html lang="ar"><body><news-text></news-text><script>
        const outer = document.querySelector("news-text").attachShadow({ mode: "open" });
        outer.innerHTML = "<p>outer text</p><div></div>";
        outer.querySelector("div").attachShadow({ mode: "open" }).innerHTML = "<p>inner text</p>";
        </script></body></html>"""
    )
    assert rendering.html.startswith(b'<!DOCTYPE html><html lang="ar"><head>')
    page = parse_page(rendering.html, "https://news.example/a", "text/html;charset=utf-8")
    assert isinstance(page, Page)
    assert [element.text for element in page.root.iter("p")] == ["outer text", "inner text"]
