"""How `run-due` and `status` tell of alarms."""

from __future__ import annotations

import json
from pathlib import Path

from cli_run import Run
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

NAMES = [f"/news/{number}" for number in range(6)]


def test_a_wall_is_an_exit_code_once_and_a_problem_while_it_stands(
    run: Run, tmp_path: Path
) -> None:
    """`crawl -q` names it once; `status` has it, with exit code 3, until it is over."""
    walls: list[bool] = []

    def paper(talk: Talk) -> Behaviour | None:
        if walls and talk.path != "/robots.txt":
            return say('<script id="anubis_challenge">{}</script>', status="403 Forbidden")
        if talk.path == "/":
            return say(listing("الجريدة", NAMES))
        return say(article(talk.path)) if talk.path in NAMES else None

    with Site(homes=(paper,)) as site:
        (tmp_path / "warraq.toml").write_text(
            f'[collection]\nname = "n"\nfailed_share = 1.0\n[sites.paper]\nstart = "{site.url}/"\n'
        )
        warraq = ("-C", tmp_path, "-q")
        assert run(*warraq, "crawl").err == ""
        walls.append(True)
        first = run(*warraq, "crawl", "--force")
        assert first.code == 3
        assert "alarm: paper: wall: Anubis (anubis_challenge) turns the crawler away" in first.err
        assert "alarm" not in run(*warraq, "crawl", "--force").err
        status = run(*warraq, "status", "--json")
        report = json.loads(status.out)
        assert (status.code, report["healthy"], report["alarms"]) == (3, False, [])
        ((alarm,),) = [row["alarms"] for row in report["sites"]]
        assert (alarm["kind"], alarm["site"]) == ("wall", "paper")
        assert "wall: Anubis" in report["sites"][0]["problem"]
        walls.clear()
        over = run("-C", tmp_path, "crawl", "--force")
        assert over.code == 0
        assert "over: paper: wall" in over.err
        assert run(*warraq, "status").code == 0
