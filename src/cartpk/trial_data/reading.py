"""Reading the tables of a run from its folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk import schemas
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.clinical_data import ClinicalData
from cartpk.schemas.derived import DERIVED
from cartpk.trial_data.memory import give_back
from cartpk.trial_data.singly import parted, with_single
from cartpk.trial_data.tables import KEYS, Derived, TrialData, no_rows, without_rows

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.schemas.conformity import TableSchema

__all__ = ["PARAMETER_FILES", "load", "load_clinical", "load_derived", "parameter_parts"]

PARAMETER_FILES: Final = ("work/adpp_nca.csv", "work/adpp_model.csv", "work/adpp_pd.csv")
"""Parameter rows by the command that made them; ``adpp.csv`` is all of them."""

_FINDINGS: Final = "work/findings.csv"

_MODEL_FILES: Final = (
    "model_choice", "model_samples", "model_profiles", "population", "population_samples", "population_vpc",
    "population_trace", "population_covariates", "population_plan",
)  # fmt: skip
"""Tables of the kinetic models by their names; each stands in a file of that name."""


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
        return _table(folder / name, schema) if only is None or name in only else without_rows(schema)

    def loose(name: str) -> pd.DataFrame:
        return _loose(folder / name, wanted=only is None or name in only)

    adnca = parted([folder / "adnca.csv"] if only is None or "adnca.csv" in only else [], schemas.ADNCA, keep)
    adpp = parted(parameter_files(folder, only), schemas.ADPP, keep)
    data = TrialData(
        clinical=load_clinical(folder, only),
        derived=load_derived(folder, only),
        adsl=adsl if only is None or "adsl.csv" in only else without_rows(schemas.ADSL),
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
    return data if keep is None else with_single(data, keep, adnca=adnca[1], adpp=adpp[1])


def load_clinical(results_dir: Path | str, only: Collection[str] | None = None) -> ClinicalData:
    """The clinical tables of the run in this folder; one whose file is not there is empty.

    ``only``: as :func:`load`.
    """
    folder = Path(results_dir) / "work"
    tables = {}
    for name in (f.name for f in fields(ClinicalData)):
        schema = CLINICAL[name]
        wanted = only is None or f"work/{name}.csv" in only
        tables[name] = _table(folder / f"{name}.csv", schema) if wanted else without_rows(schema)
    return ClinicalData(**tables)


def load_derived(results_dir: Path | str, only: Collection[str] | None = None) -> Derived:
    """The derived clinical tables of the run in this folder; one whose file is not there is empty.

    ``only``: as :func:`load`.
    """
    folder = Path(results_dir)
    files = {name: f"work/{name}.csv" for name in DERIVED}
    wanted = [name for name, file in files.items() if only is None or file in only]
    return Derived({name: _table(folder / files[name], DERIVED[name]) for name in wanted})


def parameter_parts(results_dir: Path | str) -> Iterator[pd.DataFrame]:
    """All parameter rows of the run, some at a time: NCA, then model, then PD rows."""
    for path in parameter_files(Path(results_dir)):
        yield from schemas.table_parts(path, schemas.ADPP)


def parameter_files(folder: Path, only: Collection[str] | None = None) -> list[Path]:
    """Files of this run that hold parameter rows; ``only``: as :func:`load`."""
    return [folder / name for name in PARAMETER_FILES if (only is None or name in only) and (folder / name).is_file()]


def _table(path: Path, schema: TableSchema) -> pd.DataFrame:
    return schemas.read_table(path, schema) if path.is_file() else without_rows(schema)


def _loose(path: Path, *, wanted: bool = True) -> pd.DataFrame:
    """A table without a schema: keys stay text, other columns are numbers where every cell is one."""
    import pandas as pd  # noqa: PLC0415

    if not wanted or not path.is_file():
        return no_rows()
    return pd.read_csv(path, dtype=dict.fromkeys(KEYS, "str"), keep_default_na=False, na_values=[""])
