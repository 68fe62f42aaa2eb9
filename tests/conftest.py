"""Hypothesis draws the same examples on every machine; `make fuzz` draws new ones, and many more of them."""

from hypothesis import HealthCheck, settings

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
settings.load_profile("same")
