"""The pack as one HTML file, in the look of the report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cartpk.provenance import Source
from cartpk.report.assets import style as report_style
from cartpk.report.page import policy
from cartpk.validation.installation import Check, holds
from cartpk.validation.junit import TestRun
from cartpk.validation.matrix import Evidence, Row, Verdict, evidence, matrix, verdict
from cartpk.validation.pack import Area, Oracle, Pack

__all__ = ["STATEMENT", "Package", "packages", "render"]

_FOLDER: Final = Path(__file__).parent
_WORST_FIRST: Final = (Verdict.FAILED, Verdict.NO_TEST, Verdict.NOT_RUN, Verdict.PARTLY)

STATEMENT: Final = (
    "This pack supports the validation of cartpk for an intended use. It claims no compliance with any regulation: "
    "access control, authority checks and signatures belong to the system on which cartpk runs, and whether the "
    "evidence suffices is for the user's organisation to decide."
)


@dataclass(frozen=True)
class Package:
    """A package that cartpk needs: installed version, licence as the package declares it, whether named directly."""

    name: str
    version: str
    licence: str
    direct: bool


@dataclass(frozen=True)
class _Section:
    area: Area
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class _Oracle:
    oracle: Oracle
    evidence: tuple[Evidence, ...]
    verdict: Verdict


def render(pack: Pack, run: TestRun | None, checks: Sequence[Check], program: Source, wanted: Sequence[str]) -> str:
    """The text of the page: the same bytes for the same pack, run and installation; no clock.

    Parameters
    ----------
    pack
        Requirements, tests, oracles and the rest.
    run
        What the test run said; None = no run, and no requirement is covered.
    checks
        Of the installation.
    program
        Version, code and commit of cartpk.
    wanted
        Names of the packages of the lock.
    """
    rows = matrix(pack, run)
    oracles = [_oracle(o, run) for o in pack.oracles]
    style = report_style() + (_FOLDER / "validation.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("validation.html.j2").render(
        statement=STATEMENT,
        program=program,
        counts=Counter(row.verdict for row in rows),
        total=len(rows),
        open=sorted(
            (row for row in rows if row.verdict is not Verdict.PASSED), key=lambda row: _WORST_FIRST.index(row.verdict)
        ),
        sections=_sections(pack, rows),
        oracles=oracles,
        pack=pack,
        run=run,
        ran=run.counts() if run else {},
        checks=checks,
        installed=holds(checks),
        failed=[check for check in checks if check.passed is False],
        packages=packages(wanted),
        Verdict=Verdict,
        policy=policy(style),
        style=Markup(style),  # noqa: S704 - our own text, hashed in the policy
    )


def _oracle(oracle: Oracle, run: TestRun | None) -> _Oracle:
    found = tuple(evidence(node, run) for node in oracle.tests)
    return _Oracle(oracle, found, verdict(found))


def _sections(pack: Pack, rows: Sequence[Row]) -> list[_Section]:
    by_id = {row.requirement.id: row for row in rows}
    return [_Section(area, tuple(by_id[r.id] for r in area.requirements)) for area in pack.areas]


def packages(wanted: Sequence[str]) -> tuple[Package, ...]:
    """Every installed package of these names, sorted, with the licence that it declares."""
    direct = {re.split(r"[^A-Za-z0-9._-]", r, maxsplit=1)[0].lower() for r in metadata.requires("cartpk") or []}
    found = []
    for name in sorted(wanted):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(Package(name, about["Version"], _licence(about), name in direct))
    return tuple(found)


def _licence(about: metadata.PackageMetadata) -> str:
    """The SPDX expression, else the classifiers, else the first line of the licence's text."""
    if "License-Expression" in about:
        return about["License-Expression"]
    classifiers = about.get_all("Classifier") or []
    named = [c.rsplit(" :: ", 1)[-1] for c in classifiers if c.startswith("License :: OSI")]
    if named:
        return ", ".join(named)
    text = about["License"].strip().splitlines() if "License" in about else []
    return text[0][:60] if text else "not declared"
