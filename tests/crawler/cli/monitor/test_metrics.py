"""The command `metrics`, and the file that a crawl writes."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from cli_run import Run
from prometheus_client.parser import text_string_to_metric_families


def healthy(text: str) -> dict[str, float]:
    return {
        sample.labels["site"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "warraq_healthy"
    }


def test_metrics_say_what_status_says(run: Run, crawled) -> None:
    """Printed now, and in the file that the last run wrote."""
    done = run("-C", crawled.folder, "metrics")
    assert done.code == 0
    written = (crawled.folder / "warraq.prom").read_text("utf-8")
    assert healthy(done.out) == healthy(written) == {"good": 1.0, "bad": 0.0}


def test_metrics_are_served_until_interrupted(crawled) -> None:
    """The address is the first line; Ctrl-C ends it."""
    command = [Path(sys.executable).parent / "warraq", "-C", crawled.folder, "metrics"]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        url = serving.stdout.readline().strip()
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert healthy(answer.read().decode("utf-8")) == {"good": 1.0, "bad": 0.0}
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
