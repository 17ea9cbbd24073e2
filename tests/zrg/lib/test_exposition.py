"""What every process counted is told by whichever answers."""

import os
import subprocess
import sys

COUNT = """
import zrg
from prometheus_client import Counter, Histogram
from zrg.lib.exposition import exposition
Counter("zrg_probe_total", "Probe", ["kind"]).labels(kind="a").inc({amount})
Histogram("zrg_probe_seconds", "Probe", buckets=(1, 5)).observe({amount})
print(exposition().decode())
"""


def count(amount, **environment):
    """The page of metrics of a process that counted `amount`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZRG_METRICS", "PROMETHEUS"))}
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(amount=amount)],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_processes_of_every_kind_are_added_up(tmp_path):
    count(2, ZRG_METRICS_DIR=str(tmp_path), ZRG_PROCESS="zrg-worker")
    count(3, ZRG_METRICS_DIR=str(tmp_path), ZRG_PROCESS="zrg-worker")
    page = count(4, ZRG_METRICS_DIR=str(tmp_path), ZRG_PROCESS="zrg-web")

    assert 'zrg_probe_total{kind="a"} 9.0' in page
    assert 'zrg_probe_seconds_bucket{le="1.0"} 0.0' in page
    assert 'zrg_probe_seconds_bucket{le="5.0"} 3.0' in page
    assert "zrg_probe_seconds_sum 9.0" in page
    assert [folder.name.rpartition(".")[2] for folder in sorted(tmp_path.iterdir())] == ["zrg-web", "zrg-worker"]


def test_a_command_counts_for_itself_and_leaves_no_file(tmp_path):
    page = count(4, ZRG_METRICS_DIR=str(tmp_path), ZRG_PROCESS="")

    assert 'zrg_probe_total{kind="a"} 4.0' in page
    assert list(tmp_path.iterdir()) == []
