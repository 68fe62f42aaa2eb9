"""The workflow on a real Slurm of one node: the bytes of a local run, though one of its jobs is killed midway.

Runs where CARTPK_SLURM names a folder with ``start_slurm.sh`` and ``stop_slurm.sh`` (``.ci/run`` sets it where it is
root): it starts daemons and writes /etc/slurm/slurm.conf, which nobody's own machine should see from a test.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = os.environ.get("CARTPK_SLURM", "")

pytestmark = [
    pytest.mark.skipif(not TOOLS, reason="CARTPK_SLURM names no scripts that start and stop a Slurm"),
    pytest.mark.requirement("URS-709"),
    pytest.mark.workflow,
    pytest.mark.xdist_group("slurm"),  # one Slurm at a time
]


@pytest.mark.parametrize(
    ("config", "rule", "files"),
    [
        pytest.param("config/config.yaml", "rule_models", 200, id="sample trial"),
        pytest.param("scattered", "rule_fits", 100, id="fits shared among jobs"),
    ],
)
def test_a_killed_job_is_tried_again_and_no_byte_differs(config, rule, files):
    scripts = [str(Path(TOOLS).resolve() / name) for name in ("start_slurm.sh", "stop_slurm.sh")]
    run = subprocess.run(
        ["bash", str(ROOT / ".ci" / "slurm"), *scripts, config], capture_output=True, text=True, check=False
    )
    print(run.stdout)  # noqa: T201 - the lines that docs/how_to/cluster.md shows
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
    killed = re.search(rf"^killed: Slurm job \d+ \({rule}\)$", run.stdout, re.MULTILINE)
    equal = re.search(r"^equal: (\d+) files$", run.stdout, re.MULTILINE)
    assert killed, run.stdout
    assert "Trying to restart job" in run.stdout
    assert equal, run.stdout
    assert int(equal[1]) >= files
