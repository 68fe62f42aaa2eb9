"""Large blocks go back to the system where the C library can be told."""

import subprocess
import sys

import pytest

_GROWS = """
import sys
from cartpk.trial_data.memory import give_back
if sys.argv[1] == "told":
    give_back()

def resident():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1])

before = resident()
bytearray(30_000_000)  # freed at once: the library now keeps blocks of this size
blocks = [bytearray(1_000_000) for _ in range(60)]
pin = bytearray(100_000)  # above them, so that the heap cannot shrink
del blocks
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone is told")
def test_freed_blocks_leave_the_process():
    done = subprocess.run([sys.executable, "-c", _GROWS, "told"], capture_output=True, text=True, check=True)
    assert int(done.stdout) * 4096 < 5_000_000
