"""The same bytes on any number of cores: what a command adds up is added up in one order."""

import os
import subprocess
import sys

_SUM = """
import cartpk.cli
import numpy as np
x = np.sin(np.arange(200_000.0))
print(repr(float(x @ x)), repr(float(x @ np.cos(x))))
"""


def test_long_sums_do_not_depend_on_the_number_of_threads():
    said = set()
    for threads in ("1", "2", "4"):
        asked = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        done = subprocess.run([sys.executable, "-c", _SUM], env=asked, capture_output=True, text=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1
