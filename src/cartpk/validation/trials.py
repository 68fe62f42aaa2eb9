"""Requirements of the founding trials: what each registry record asks for, read from its configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.config import load
from cartpk.pages.trials import exhibits, missing_data
from cartpk.terms import Endpoint
from cartpk.validation.pack import Area, Requirement

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["trial_areas"]

_TESTS: Final = (
    "tests/pages/test_trials.py::test_every_promised_table_is_filled[{trial}]",
    "tests/pages/test_trials.py::test_the_words_are_the_records_own[{trial}]",
    "tests/test_workflow.py::test_every_figure_of_the_registry_is_there[{trial}]",
)
"""They build every exhibit that docs/trials.md promises for the trial, and compare the words with the record."""


def trial_areas(root: Path) -> tuple[tuple[Area, dict[str, tuple[str, ...]]], ...]:
    """One area per trial under ``root``/config/trials, with the tests of its requirements.

    A requirement is an endpoint that the record asks for; its text quotes the record.
    """
    files = sorted((root / "config" / "trials").glob("NCT*.yaml"))
    return tuple(_area(load(file)) for file in files)


def _area(config: TrialConfig) -> tuple[Area, dict[str, tuple[str, ...]]]:
    trial = config.trial.id
    asked = [(Endpoint(name), said) for name, said in config.endpoints.items() if said]
    requirements = tuple(_requirement(config, endpoint, said) for endpoint, said in asked)
    nodes = tuple(test.format(trial=trial) for test in _TESTS)
    area = Area(title=f"Record {trial}", source=f"registry record {trial}", requirements=requirements)
    return area, {r.id: nodes for r in requirements}


def _requirement(config: TrialConfig, endpoint: Endpoint, said: str) -> Requirement:
    needs = missing_data(endpoint, config)
    return Requirement(
        id=f"URS-{config.trial.id}-{endpoint.value.replace('_', '-')}",
        text=f"{endpoint.label}: “{said}”",
        function=f"Exhibits {', '.join(exhibits(endpoint, config)) or 'none yet'} (docs/trials.md).",
        where=("cartpk.tables", "cartpk.figures"),
        source=f"registry record {config.trial.id}",
        gap=f"the bundled data of this trial deliver none: needs {needs}" if needs else "",
    )
