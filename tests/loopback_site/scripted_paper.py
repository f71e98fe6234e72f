"""A newspaper whose pages are empty until their scripts have run: text by fetch, a list that goes
on as one scrolls, a consent layer, and a script that asks for what robots.txt forbids.
"""

from __future__ import annotations

import json

from loopback_site.server import Behaviour, Talk, say

_APP = """
const root = document.getElementById("root");
const add = (name, text) => {
  const element = document.createElement(name);
  element.textContent = text;
  root.append(element);
  return element;
};
const load = async (url) => (await fetch(url)).json();
const path = location.pathname;
async function story() {
  const story = await load("/api" + path + ".json");
  document.title = story.title;
  add("h1", story.title);
  const time = add("time", story.published);
  time.dateTime = story.published;
  for (const paragraph of story.paragraphs) add("p", paragraph);
  const image = add("img", "");
  image.src = "/photo.png";
}
let page = 0;
let busy = false;
async function more() {
  if (busy) return;
  busy = true;
  page += 1;
  const list = await load("/api/list.json?page=" + page);
  for (const entry of list) {
    const link = add("a", entry.title);
    link.href = entry.url;
    link.style.cssText = "display: block; height: 600px";
  }
  busy = false;
}
async function main() {
  if (path.startsWith("/walled/") && !document.cookie.includes("consent=yes")) {
    const layer = add("div", "نستخدم ملفات تعريف الارتباط ");
    const button = document.createElement("button");
    button.id = "accept";
    button.textContent = "موافق";
    button.onclick = () => { document.cookie = "consent=yes; path=/"; layer.remove(); story(); };
    layer.append(button);
  } else if (path.startsWith("/news/") || path.startsWith("/walled/")) {
    await story();
  } else if (path === "/away") {
    location.href = "/news/1";
  } else {
    if (path === "/") for (const at of ["/walled/1", "/list"]) add("a", "باب " + at).href = at;
    await more();
    if (path === "/list") addEventListener("scroll", () => {
      if (innerHeight + scrollY >= document.documentElement.scrollHeight - 50) more();
    });
  }
  fetch("/private/seen?" + path).catch(() => {});
}
main();
"""
_SHELL = """<!DOCTYPE html><html lang="ar">
<head><meta charset="windows-1256"><title>...</title></head>
<body><div id="root"></div><script src="/app.js"></script></body></html>"""
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
SENTENCE = (
    "أعلنت بلدية المدينة صباح اليوم عن افتتاح الحديقة رقم {number} بعد أعمال دامت ثلاث سنوات كاملة."
)
LISTED = 6  # stories of the list, three a page of it


def title(number: int) -> str:
    """The headline of a story."""
    return f"افتتاح الحديقة الكبيرة رقم {number} في وسط المدينة القديمة"


def story(number: int) -> str:
    """A story as the site's interface gives it."""
    lines = [SENTENCE.format(number=number), "وقال رئيس البلدية إن الدخول إليها مجاني طوال السنة."]
    return json.dumps(
        {
            "title": title(number),
            "published": f"2026-03-{number:02d}T10:00:00Z",
            "paragraphs": [
                *lines,
                f"وتضم الحديقة {number * 10} شجرة وملعبا واسعا للأطفال.",
            ],
        }
    )


async def _list(talk: Talk) -> None:
    first = 3 * (int(talk.number("page", 1)) - 1) + 1
    entries = [
        {"title": title(number), "url": f"/news/{number}"}
        for number in range(first, min(first + 3, LISTED + 1))
    ]
    await talk.reply(json.dumps(entries), kind="application/json")


def scripted_paper() -> dict[str, Behaviour]:
    """What the site says, by path."""
    said: dict[str, Behaviour] = {
        path: say(_SHELL, kind="text/html") for path in ("/", "/list", "/away", "/walled/1")
    }
    said["/robots.txt"] = say("User-agent: *\nDisallow: /private/\n", kind="text/plain")
    said["/app.js"] = say(_APP, kind="text/javascript; charset=utf-8")
    said["/photo.png"] = say(_PNG, kind="image/png")
    said["/private/seen"] = say("{}", kind="application/json")
    said["/api/list.json"] = _list
    said["/api/walled/1.json"] = say(story(20), kind="application/json")
    for number in range(1, LISTED + 1):
        said[f"/news/{number}"] = say(_SHELL, kind="text/html")
        said[f"/api/news/{number}.json"] = say(story(number), kind="application/json")
    return said
