"""What holds for all tests: the same Hypothesis examples everywhere, and the long ones first.

`make fuzz` draws new examples, and many more of them.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
settings.load_profile("same")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Whole runs come first, so that no worker begins one when the others end; one worker makes the sample run."""
    for item in items:
        # its module's tests share what the fixture made in this process
        if item.path.parent.name == "report" and "sample" in vars(getattr(item, "module", object)):
            item.add_marker(pytest.mark.xdist_group("sample run"))
    items.sort(key=lambda item: item.get_closest_marker("workflow") is None)
