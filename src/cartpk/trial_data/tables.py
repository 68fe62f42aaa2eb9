"""The tables of a finished analysis as one value.

Nothing is computed here. A table that the trial does not have (no CD7 counts, no model) is an empty frame with the
columns of its schema, so that its readers need no second path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cartpk import schemas
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.clinical_data import ClinicalData
from cartpk.schemas.derived import DERIVED

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.schemas.conformity import TableSchema

__all__ = ["KEYS", "Derived", "TrialData", "no_rows", "without_rows"]

KEYS: Final = ("STUDYID", "USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")
"""Columns that stay text in the tables that have no schema of their own."""


@dataclass(frozen=True, eq=False)
class Derived:
    """The tables of ``cartpk clinical``, each as :mod:`cartpk.schemas.derived` has it: ``derived["adtte"]``.

    A table that was not derived is empty.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table of this name.

        Raises
        ------
        KeyError
            There is no such derived table.
        """
        schema = DERIVED[name]
        return self.tables[name] if name in self.tables else without_rows(schema)

    def having(self, name: str, table: pd.DataFrame) -> Derived:
        """The same tables and this one."""
        return Derived({**self.tables, name: table})


def _nothing_clinical() -> ClinicalData:
    return ClinicalData(**{name: without_rows(schema) for name, schema in CLINICAL.items()})


def no_rows() -> pd.DataFrame:
    """A table without a schema and without rows."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({key: pd.Series(dtype="str") for key in KEYS})


def without_rows(schema: TableSchema) -> pd.DataFrame:
    """A table of this schema without rows."""
    import pandas as pd  # noqa: PLC0415

    numeric = schemas.numbers(schema)
    return pd.DataFrame({c: pd.Series(dtype="float64" if c in numeric else "str") for c in schema.columns})


@dataclass(frozen=True, eq=False)
class TrialData:
    """All tables of one trial's run.

    Attributes
    ----------
    adsl, adnca, adpd, findings
        As :mod:`cartpk.schemas` has them: subjects, kinetic samples, CD7 measurements, findings.
    adpp
        All parameter rows (``PARCAT1`` NCA, MODEL, PD).
    predictions
        Fitted curves with their bands.
    lambda_z
        Points of the terminal phase, as ``cartpk kinetics`` writes them.
    fits
        One row per fit, as ``cartpk models`` writes them.
    pd_change
        ``adpd`` with baseline and changes, as ``cartpk pd`` writes it.
    marrow_ratio, derived_units
        Bone marrow beside blood, and samples in copies per cell and cells per volume, as ``cartpk kinetics`` writes
        them.
    model_choice, model_samples, model_profiles
        Criteria of every model; every sample with its residual; profiles of the likelihood, as ``cartpk models`` writes
        them.
    population, population_samples, population_vpc, population_trace
        Estimates of the fit of all subjects together, samples with their NPDE, predictive check, course of the
        estimation; empty where the config asks for none.
    population_covariates, population_plan
        Effects of its covariates; expected errors of the schedule and without each visit.
    clinical
        Responses, adverse events, antibodies, therapies, events, ACR-CRISS components, tumour CD7.
    derived
        Time to event and the other tables that ``cartpk clinical`` writes, by name.
    single
        In a trial of very many subjects: the tables of those that are shown one by one, with all columns; the tables of
        everybody are then without :data:`PRINTED_SINGLY`. None = every table has every column.
    """

    adsl: pd.DataFrame
    adnca: pd.DataFrame
    adpd: pd.DataFrame
    adpp: pd.DataFrame
    predictions: pd.DataFrame
    lambda_z: pd.DataFrame
    fits: pd.DataFrame
    pd_change: pd.DataFrame
    findings: pd.DataFrame
    marrow_ratio: pd.DataFrame = field(default_factory=lambda: without_rows(schemas.MARROW_RATIO))
    derived_units: pd.DataFrame = field(default_factory=lambda: without_rows(schemas.DERIVED_UNITS))
    pd_curves: pd.DataFrame = field(default_factory=lambda: without_rows(schemas.PD_CURVES))
    model_choice: pd.DataFrame = field(default_factory=no_rows)
    model_samples: pd.DataFrame = field(default_factory=no_rows)
    model_profiles: pd.DataFrame = field(default_factory=no_rows)
    population: pd.DataFrame = field(default_factory=no_rows)
    population_samples: pd.DataFrame = field(default_factory=no_rows)
    population_vpc: pd.DataFrame = field(default_factory=no_rows)
    population_trace: pd.DataFrame = field(default_factory=no_rows)
    population_covariates: pd.DataFrame = field(default_factory=no_rows)
    population_plan: pd.DataFrame = field(default_factory=no_rows)
    clinical: ClinicalData = field(default_factory=_nothing_clinical)
    derived: Derived = field(default_factory=Derived)
    single: TrialData | None = None

    @property
    def cohorts(self) -> tuple[str, ...]:
        """Dose levels as printed, lowest first; every subject that came in counts."""
        ordered = self.adsl.sort_values(["COHORTN", "COHORT"], kind="stable")
        return tuple(dict.fromkeys(ordered["COHORT"]))

    def event_days(self, subjects: pd.Series[str]) -> pd.Series[float]:
        """Day of the re-infusion, HSCT or death that ends the profile of each of these subjects; nan = none."""
        return subjects.map(self.adsl.set_index("USUBJID")["EVENTDY"]).astype(float)
