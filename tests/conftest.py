"""What holds for all tests: the same Hypothesis examples everywhere, what is made once, and the long ones first.

`make fuzz` draws new examples, and many more of them.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
settings.load_profile("same")


LONG = (
    "tests/report",
    "tests/figures/test_write.py",
    "tests/pages/test_trials.py",
    "tests/faults",
    "tests/determinism",
)
"""What takes long comes first, after the runs of whole trials: no worker begins it when the others end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests that share what a fixture made stay on one worker, where it is made once; the long ones come first."""
    for item in items:
        if item.path.parent.name == "report" and "sample" in vars(getattr(item, "module", object)):
            item.add_marker(pytest.mark.xdist_group("sample run"))
        elif item.get_closest_marker("xdist_group") is None and _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: (item.get_closest_marker("workflow") is None, not item.nodeid.startswith(LONG)))


def _shares(item):
    """Whether the test uses a fixture of ours that outlives it."""
    used = getattr(item, "_fixtureinfo", None)
    last = [found[-1] for found in used.name2fixturedefs.values()] if used else []
    return any(fixture.scope != "function" and fixture.baseid.startswith("tests") for fixture in last)
