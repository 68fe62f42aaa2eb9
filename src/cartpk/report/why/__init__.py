"""Why a number is what it is: from every cell of the page back to its definition, samples, file and row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cartpk.report.choices import printed, settings
from cartpk.report.figures import FigureBlock
from cartpk.report.packed import block
from cartpk.report.page_data import subject_places
from cartpk.report.page_part import PagePart
from cartpk.report.prose import plural
from cartpk.report.subjects.words import FLAGS, reason_words
from cartpk.report.why.definitions import ROLES, definitions
from cartpk.report.why.summaries import behind

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.report.run_files import RunFiles
    from cartpk.trial_data import TrialData

__all__ = ["PART"]


def _data(data: TrialData, config: TrialConfig) -> dict[str, Any]:
    """Definitions, roles, and every flag and reason of the run in plain words."""
    reasons = sorted({str(r) for r in data.adpp["PPREASND"].dropna()})
    flags = sorted({flag for text in data.adpp["FLAG"].dropna() for flag in str(text).split(";")})
    said = [(path, printed(value)) for path, value, _ in settings(config)]
    return {
        "definitions": definitions(data.adpp, config, said),
        "roles": ROLES,
        "reasons": {reason: reason_words(reason) for reason in reasons},
        "flags": {flag: FLAGS[flag] for flag in flags if flag in FLAGS},
        "cut": config.report.data_cut or "",
    }


def _words(run: RunFiles, config: TrialConfig) -> dict[str, Any]:
    """What stands behind the tables: it needs their printed rows, which the data block does not have."""
    text = block(behind(run.tables, run.data, config, list(subject_places(run.data))))
    # JSON without a "<"; a template's text knows the names of characters
    drawn = {figure.id: _drawn(figure) for figure in run.figures}
    return {"drawn": drawn, "behind": Markup(text.replace("&", "&amp;"))}  # noqa: S704


def _drawn(figure: FigureBlock) -> str:
    """How many subjects a figure shows; empty where it shows none."""
    if figure.data is None:
        return ""
    n = json.loads(figure.data.with_suffix(".json").read_text(encoding="utf-8")).get("n")
    return "" if n is None else f"{plural(n, 'subject')} drawn"


PART = PagePart(
    "why",
    Path(__file__).parent,
    end="why.html.j2",
    styles=("why.css",),
    scripts=("points.js", "panel.js", "cells.js"),
    data=_data,
    words=_words,
)
