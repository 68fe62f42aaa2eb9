"""Which curve suits the real series, by how much, and how its residuals look: writes docs/real_series.md.

    python benchmarks/real_series.py [--work FOLDER] [--out docs/real_series.md]

Runs `cartpk ingest` and `cartpk models` on tests/real/liu.yaml and qsp.yaml with the models below. The series lie
beside the project and are no part of it; only numbers leave this script. With --work the runs stand in that folder, and
those that are there already are read, not made again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from cartpk.models import get_model

ROOT = Path(__file__).resolve().parents[1]
SETS = {"liu": "Liu (CD19 CAR-T, B-ALL)", "qsp": "QSP (CD19 CAR-T, adults and children)"}
MODELS = ("stein", "stein_lag", "stein_distribution", "smooth_peak", "logistic", "gompertz", "growth_decay", "gamma")
WINDOWS = (0.0, 3.0, 7.0, 14.0, 28.0, np.inf)


def run(name: str, folder: Path) -> Path:
    """Folder of the run of this set."""
    results = folder / "res" / name
    if (results / "work" / "model_samples.csv").is_file():
        return results
    config = folder / f"{name}.yaml"
    section = f"models:\n  fit: [{', '.join(MODELS)}]\n  choice: bicc\n"
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text((ROOT / "tests" / "real" / f"{name}.yaml").read_text(encoding="utf-8") + section)
    (results / "work").mkdir(parents=True, exist_ok=True)
    findings = str(results / "work" / "findings_ingest.csv")
    for line in (
        ["ingest", str(config), "--out", str(results), "--findings", findings],
        ["models", str(config), "--results", str(results)],
    ):
        subprocess.run([sys.executable, "-m", "cartpk", *line], check=True, cwd=ROOT)
    return results


def comparison(name: str, work: Path):
    fits = pd.read_csv(work / "fits.csv", dtype={"USUBJID": str})
    choice = pd.read_csv(work / "model_choice.csv", dtype={"USUBJID": str})
    trial = choice[choice["SCOPE"].eq("trial")].sort_values("BICC").reset_index(drop=True)
    n, of = int(trial["NPROF"].iloc[0]), fits["USUBJID"].nunique()
    best, second = trial["MODEL"].iloc[:2]
    yield f"## {SETS[name]}\n"
    above = trial["BICC"] - trial["BICC"].min()
    stein = float(above[trial["MODEL"].eq("stein")].iloc[0])
    yield f"{n} of {of} subjects could be fitted by every model ({int(trial['NSAMP'].iloc[0])} samples)."
    yield f"Added up over them `{best}` has the lowest BICc, {above.iloc[1]:.1f} below `{second}`; `stein` lies"
    wins = int(trial["NBEST"].iloc[0])
    yield f"{stein:.1f} above it. No one model is best in every subject: `{best}` is in {wins}.\n"
    yield "| model | parameters | BICc above the lowest | AIC above the lowest | best in (BICc) | converged |"
    yield "|---|---|---|---|---|---|"
    for row in trial.itertuples():
        own = fits[fits["MODEL"].eq(row.MODEL)]
        done = int(own["CONVERGED"].eq("Y").sum())
        aic = row.AIC - trial["AIC"].min()
        yield (
            f"| `{row.MODEL}` | {int(row.NPAR) // n} | {row.BICC - trial['BICC'].min():.1f} | {aic:.1f} "
            f"| {int(row.NBEST)} | {done} of {int(own['CONVERGED'].notna().sum())} |"
        )
    yield ""
    for model in dict.fromkeys((str(best), "stein")):
        yield from residuals(model, work)
    yield from persistence(str(best), work)


def residuals(model: str, work: Path):
    """Standardised residuals of the fits of one model; BLQ ones are drawn below the limit."""
    rows = pd.read_csv(work / "model_samples.csv", dtype={"USUBJID": str})
    rows = rows[rows["MODEL"].eq(model)].sort_values(["USUBJID", "AFRLT"], kind="stable")
    sigma = pd.read_csv(work / "fits.csv").loc[lambda t: t["MODEL"].eq(model), "SIGMA"].dropna()
    seen = rows["BLQFL"].eq("N")
    z = rows["RES"]
    after = z.groupby(rows["USUBJID"]).shift()
    pairs = after.notna()
    neighbours = float(np.corrcoef(z[pairs], after[pairs])[0, 1])
    blq = int((~seen).sum())
    yield f"Residuals of `{model}` ({len(rows)} samples, {blq} BLQ; in SDs of each subject's residual):\n"
    yield f"- residual SD on the log scale: {sigma.median():.2f} in the middle subject (a factor of"
    yield f"  {np.exp(sigma.median()):.1f}), {sigma.min():.2f} to {sigma.max():.2f} over the subjects;"
    outside = 100 * (z.abs() > 1.96).mean()
    yield f"- mean {z.mean():+.2f}, SD {z.std():.2f}; beyond 1.96: {outside:.1f} % (5 % expected);"
    yield f"- excess kurtosis of the quantified ones {z[seen].kurt():+.2f} (0 = normal);"
    yield f"- correlation of neighbours in time within a subject {neighbours:+.2f};"
    window = pd.cut(rows["AFRLT"], WINDOWS)
    cells = [f"day {w.left:g}-{w.right:g} {z[window == w].mean():+.2f} ({int((window == w).sum())})"
             for w in window.cat.categories]  # fmt: skip
    yield f"- mean by time (samples): {', '.join(cells)}.\n"


def persistence(model: str, work: Path):
    adpp = pd.read_csv(work / "adpp_model.csv", dtype={"USUBJID": str, "AVALC": str})
    own = adpp[adpp["PARAMCD"].eq("HLBETA") & adpp["PPANMETH"].str.startswith(f"{model.upper()} ")]
    own = own[~own["PPREASND"].fillna("").str.contains("below the limit|too few|no post", regex=True)]
    limits = own["AVALC"].fillna("")
    both, lower, upper = own["AVAL"].notna(), limits.str.startswith(">"), limits.str.startswith("<")
    counts = [int(which.sum()) for which in (both, lower, upper, ~(both | lower | upper))]
    yield f"Half-life of persistence under `{model}`: bounded on both sides by the data in {counts[0]} of {len(own)}"
    yield f"subjects, from below only in {counts[1]}, from above only in {counts[2]}, not at all in {counts[3]}.\n"


READING = """## What to conclude

- Compare models within a set only, and only over subjects that every model could be fitted to. Differences of BICc
  below about 4 mean nothing. The sum of a set may hang on a few subjects: see in how many a model is best.
- Where results of the first days lie above a curve and the next ones below it (means by time), cells leave the blood
  before they expand: a model with distribution, or with a lag, describes that and Stein's own does not.
- A factor of about two between a result and its curve is common in these digitised series, whose units are inferred:
  nothing can be concluded from a single result.
- Few subjects bound the half-life of persistence: no mean of it is reported.
- Population fits of the same series, with Student-t residuals beside normal ones: docs/estimation.md.
"""


def page(folder: Path):
    yield "# Which curve suits real series\n"
    yield "Made by `python benchmarks/real_series.py --out docs/real_series.md`; do not edit by hand.\n"
    yield "Fits of single subjects (MAP with the models' weak priors, BLQ as censored, normal residuals on the log"
    yield "scale) of the series that `tests/real/liu.yaml` and `qsp.yaml` describe. The series are digitised from"
    yield "publications and have no licence: they lie beside the project, and no figure of them is part of it. To see"
    yield "them: `cartpk figure CONFIG --results FOLDER`. Models:\n"
    yield from (f"- `{name}`: {get_model(name).label}" for name in MODELS)
    yield ""
    for name in SETS:
        yield from comparison(name, run(name, folder) / "work")
    yield READING


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        text = "\n".join(page(given.work or Path(temporary)))
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
