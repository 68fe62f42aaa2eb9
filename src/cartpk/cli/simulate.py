"""``cartpk simulate``: the sample trials again, or any number of virtual profiles."""

from __future__ import annotations

from pathlib import Path

import click

from cartpk.files import write_table, write_text

__all__ = ["command"]

EXAMPLES = """\b
The files of a sample trial, byte for byte:
  cartpk simulate NCT06871644 --out data/sample/NCT06871644
A bare table for benchmarks, and profiles_truth.csv beside it:
  cartpk simulate --model stein --subjects 1000 --seed 1 --out profiles.csv"""


@click.command("simulate", epilog=EXAMPLES)
@click.argument("trial", required=False)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the trial, or PROFILES.csv.")
@click.option("--seed", type=int, default=None, help="Seed.  [default: the trial's own; 1 with --model]")
@click.option("--model", default=None, help="Profiles of this model instead of a trial: stein or car_nk.")
@click.option("--subjects", type=int, default=100, show_default=True, help="With --model: number of subjects.")
@click.option("--spread", default="moderate", show_default=True, help="With --model: moderate or wide.")
@click.option("--lloq", type=float, default=100.0, show_default=True, help="With --model: LLOQ, copies/ug.")
@click.option("--residual-sd", type=float, default=None, help="With --model: SD of ln error.  [default: the model's]")
@click.option("--days", default=None, help="With --model: nominal days, e.g. 0,1,4,7,10,14,21,28.")
@click.option("--missed", type=float, default=0.05, show_default=True, help="With --model: part of samples missed.")
@click.option("--dropout", type=float, default=0.15, show_default=True, help="With --model: part of drop-outs.")
def command(
    trial: str | None,
    out: Path,
    seed: int | None,
    model: str | None,
    subjects: int,
    spread: str,
    lloq: float,
    residual_sd: float | None,
    days: str | None,
    missed: float,
    dropout: float,
) -> None:
    """Make synthetic data, with their truth."""
    if (trial is None) == (model is None):
        raise click.UsageError("give either a sample trial (e.g. NCT06871644) or --model")
    if trial is not None:
        _trial(trial, seed, out)
        return
    from cartpk.simulate import simulate_profiles

    made = simulate_profiles(
        str(model),
        subjects,
        1 if seed is None else seed,
        spread=spread,
        days=None if days is None else _days(days),
        lloq=lloq,
        residual_sd=residual_sd,
        missed=missed,
        dropout=dropout,
    )
    truth = out.with_name(f"{out.stem}_truth.csv")
    write_table(out, made.table)
    write_table(truth, made.truth)
    click.echo(f"{out} ({len(made.table)} rows, {subjects} subjects), {truth}")


def _trial(trial: str, seed: int | None, out: Path) -> None:
    from cartpk.simulate import get_design, sample_files, simulate_trial

    files = sample_files(simulate_trial(get_design(trial), seed))
    for name, text in files.items():
        write_text(out / name, text)
    click.echo(f"{out}: {', '.join(files)}")


def _days(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--days must be numbers with commas between them, found {text!r}") from None
