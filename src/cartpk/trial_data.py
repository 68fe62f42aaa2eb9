"""A finished analysis as one value: every table that tables, figures and the report read.

Nothing is computed here. A table that the trial does not have (no CD7 counts, no model) is an empty frame with the
columns of its schema, so that its readers need no second path.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cartpk import schemas
from cartpk.memory import give_back
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.derived import DERIVED

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.schemas.conformity import TableSchema

Part = TypeVar("Part")

__all__ = [
    "PARAMETER_FILES",
    "PRINTED_SINGLY",
    "ClinicalData",
    "Derived",
    "TrialData",
    "cut",
    "load",
    "load_clinical",
    "load_derived",
    "parameter_parts",
]

PARAMETER_FILES: Final = ("work/adpp_nca.csv", "work/adpp_model.csv", "work/adpp_pd.csv")
"""Parameter rows by the command that made them; ``adpp.csv`` is all of them."""

_FINDINGS: Final = "work/findings.csv"

_MODEL_FILES: Final = (
    "model_choice", "model_samples", "model_profiles", "population", "population_samples", "population_vpc",
    "population_trace", "population_covariates", "population_plan",
)  # fmt: skip
"""Tables of the kinetic models by their names; each stands in a file of that name."""

PRINTED_SINGLY: Final = {
    "adnca": ("STUDYID", "ADTM", "AVISIT", "AVALC", "DTYPE", "SRCSEQ"),
    "adpp": ("PPSTINT", "PPENINT", "AVALSE"),
}
"""Columns that are read of single subjects and by no summary."""
_OF_SINGLE: Final = ("lambda_z",)
"""Tables that are read of single subjects and by no summary."""

_KEYS: Final = ("STUDYID", "USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")
"""Columns that stay text in the tables that have no schema of their own."""


@dataclass(frozen=True, eq=False)
class ClinicalData:
    """The clinical tables of a run, each as :mod:`cartpk.schemas.clinical` has it.

    An empty table may mean that nothing was observed or that nothing was delivered: ask :meth:`has`.
    """

    adrs: pd.DataFrame
    adae: pd.DataFrame
    adis: pd.DataFrame
    adcm: pd.DataFrame
    adevent: pd.DataFrame
    adcriss: pd.DataFrame
    adcd7: pd.DataFrame
    adlb: pd.DataFrame
    delivered: pd.DataFrame

    def has(self, data: str) -> bool:
        """Whether the trial delivered these data (``responses``, ``adverse_events`` ...), even without a row."""
        mine = self.delivered[self.delivered["DATA"] == data]
        return bool((mine["DELIVERED"] == "Y").any())


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
        return self.tables[name] if name in self.tables else _empty(schema)

    def having(self, name: str, table: pd.DataFrame) -> Derived:
        """The same tables and this one."""
        return Derived({**self.tables, name: table})


def _nothing_clinical() -> ClinicalData:
    return ClinicalData(**{name: _empty(schema) for name, schema in CLINICAL.items()})


def _no_rows() -> pd.DataFrame:
    """A table without a schema and without rows."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({key: pd.Series(dtype="str") for key in _KEYS})


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
    marrow_ratio: pd.DataFrame = field(default_factory=lambda: _empty(schemas.MARROW_RATIO))
    derived_units: pd.DataFrame = field(default_factory=lambda: _empty(schemas.DERIVED_UNITS))
    pd_curves: pd.DataFrame = field(default_factory=lambda: _empty(schemas.PD_CURVES))
    model_choice: pd.DataFrame = field(default_factory=_no_rows)
    model_samples: pd.DataFrame = field(default_factory=_no_rows)
    model_profiles: pd.DataFrame = field(default_factory=_no_rows)
    population: pd.DataFrame = field(default_factory=_no_rows)
    population_samples: pd.DataFrame = field(default_factory=_no_rows)
    population_vpc: pd.DataFrame = field(default_factory=_no_rows)
    population_trace: pd.DataFrame = field(default_factory=_no_rows)
    population_covariates: pd.DataFrame = field(default_factory=_no_rows)
    population_plan: pd.DataFrame = field(default_factory=_no_rows)
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


def load(
    results_dir: Path | str,
    only: Collection[str] | None = None,
    singly: Callable[[Sequence[str]], Collection[str]] | None = None,
) -> TrialData:
    """All tables of the run in this folder (``results/<trial>``).

    ``adpp`` is read from the parameter files under ``work/``, so that it is the same before and after ``adpp.csv`` is
    written. ``adsl.csv`` and ``adnca.csv`` must be there; any other file may be absent.

    Parameters
    ----------
    results_dir
        Folder of the run.
    only
        Files to read, relative to the folder (``adsl.csv``, ``work/lambda_z.csv`` ...); all other tables are empty.
        None = all of them.
    singly
        All subjects -> those that are shown one by one. Where these are fewer, the tables of everybody leave out what
        only they are asked for, and ``single`` has it: memory then holds what summaries need. None = everything of
        everybody.

    Raises
    ------
    FileNotFoundError
        ``adsl.csv`` or ``adnca.csv`` is not in the folder.
    ValueError
        A table does not hold to its schema.
    """
    folder = Path(results_dir)
    for name in ("adsl", "adnca"):
        if not (folder / f"{name}.csv").is_file():
            raise FileNotFoundError(
                f"{folder / name}.csv is not there: run `cartpk ingest CONFIG --results {folder}` first"
            )

    adsl = _table(folder / "adsl.csv", schemas.ADSL)
    keep = None if singly is None else frozenset(singly(list(adsl["USUBJID"])))
    if keep is not None and len(keep) == len(adsl):
        keep = None
    if keep is not None:
        give_back()

    def table(name: str, schema: TableSchema) -> pd.DataFrame:
        return _table(folder / name, schema) if only is None or name in only else _empty(schema)

    def loose(name: str) -> pd.DataFrame:
        return _loose(folder / name, wanted=only is None or name in only)

    adnca = _parted([folder / "adnca.csv"] if only is None or "adnca.csv" in only else [], schemas.ADNCA, keep)
    adpp = _parted(parameter_files(folder, only), schemas.ADPP, keep)
    data = TrialData(
        clinical=load_clinical(folder, only),
        derived=load_derived(folder, only),
        adsl=adsl if only is None or "adsl.csv" in only else _empty(schemas.ADSL),
        adnca=adnca[0],
        adpd=table("adpd.csv", schemas.ADPD),
        adpp=adpp[0],
        predictions=table("work/predictions.csv", schemas.PREDICTIONS),
        lambda_z=loose("work/lambda_z.csv"),
        fits=loose("work/fits.csv"),
        pd_change=table("work/pd_change.csv", schemas.PD_CHANGE),
        # findings.csv is for people: its texts are guarded against spreadsheets
        findings=table(_FINDINGS if (folder / _FINDINGS).is_file() else "findings.csv", schemas.FINDINGS),
        marrow_ratio=table("work/marrow_ratio.csv", schemas.MARROW_RATIO),
        derived_units=table("work/derived_units.csv", schemas.DERIVED_UNITS),
        **{name: loose(f"work/{name}.csv") for name in _MODEL_FILES},
        pd_curves=table("work/pd_curves.csv", schemas.PD_CURVES),
        single=None,
    )
    if keep is None:
        return data
    few = {name: cut(getattr(data, name), keep) for name in _OF_SINGLE}
    single = replace(cut(replace(data, adnca=adnca[1], adpp=adpp[1], **few), keep), single=None)
    return replace(data, single=single, **few)


def cut(part: Part, keep: Collection[str]) -> Part:
    """The tables of a value, of the values within it and of its mappings, cut to these subjects and rows of nobody."""
    import pandas as pd  # noqa: PLC0415

    if isinstance(part, pd.DataFrame):
        if "USUBJID" not in part.columns:
            return part
        mine: Part = part[part["USUBJID"].isin(keep) | part["USUBJID"].isna()].reset_index(drop=True)
        return mine
    if isinstance(part, Mapping):
        return {name: cut(value, keep) for name, value in part.items()}  # type: ignore[return-value]
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: cut(getattr(part, f.name), keep) for f in fields(part)})
    return part


def load_clinical(results_dir: Path | str, only: Collection[str] | None = None) -> ClinicalData:
    """The clinical tables of the run in this folder; one whose file is not there is empty.

    ``only``: as :func:`load`.
    """
    folder = Path(results_dir) / "work"
    tables = {}
    for name in (f.name for f in fields(ClinicalData)):
        schema = CLINICAL[name]
        wanted = only is None or f"work/{name}.csv" in only
        tables[name] = _table(folder / f"{name}.csv", schema) if wanted else _empty(schema)
    return ClinicalData(**tables)


def load_derived(results_dir: Path | str, only: Collection[str] | None = None) -> Derived:
    """The derived clinical tables of the run in this folder; one whose file is not there is empty.

    ``only``: as :func:`load`.
    """
    folder = Path(results_dir)
    files = {name: f"work/{name}.csv" for name in DERIVED}
    wanted = [name for name, file in files.items() if only is None or file in only]
    return Derived({name: _table(folder / files[name], DERIVED[name]) for name in wanted})


def parameter_files(folder: Path, only: Collection[str] | None = None) -> list[Path]:
    """Files of this run that hold parameter rows; ``only``: as :func:`load`."""
    return [folder / name for name in PARAMETER_FILES if (only is None or name in only) and (folder / name).is_file()]


def parameter_parts(results_dir: Path | str) -> Iterator[pd.DataFrame]:
    """All parameter rows of the run, some at a time: NCA, then model, then PD rows."""
    for path in parameter_files(Path(results_dir)):
        yield from schemas.table_parts(path, schemas.ADPP)


def _parted(
    paths: Sequence[Path], schema: TableSchema, keep: Collection[str] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of these files twice: of everybody, without what is read of single subjects; and of these subjects.

    ``keep`` None = of everybody with all columns, and nobody.
    """
    left_out = () if keep is None else PRINTED_SINGLY[str(schema.name)]
    every, single = [], []
    for path in paths:
        if path.is_file():
            for part in schemas.table_parts(path, schema):
                if keep is not None:
                    single.append(cut(part, keep))
                every.append(part.drop(columns=list(left_out)) if left_out else part)
    # a table without rows has no say in the types of the others
    every = [part for part in every if len(part)]
    narrow = replace(schema, columns={n: c for n, c in schema.columns.items() if n not in left_out})
    return (
        schemas.checked(schemas.stacked(every), narrow) if every else _empty(narrow),
        schemas.checked(schemas.stacked(single), schema) if single else _empty(schema),
    )


def _table(path: Path, schema: TableSchema) -> pd.DataFrame:
    return schemas.read_table(path, schema) if path.is_file() else _empty(schema)


def _empty(schema: TableSchema) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    numeric = schemas.numbers(schema)
    return pd.DataFrame({c: pd.Series(dtype="float64" if c in numeric else "str") for c in schema.columns})


def _loose(path: Path, *, wanted: bool = True) -> pd.DataFrame:
    """A table without a schema: keys stay text, other columns are numbers where every cell is one."""
    import pandas as pd  # noqa: PLC0415

    if not wanted or not path.is_file():
        return _no_rows()
    return pd.read_csv(path, dtype=dict.fromkeys(_KEYS, "str"), keep_default_na=False, na_values=[""])
