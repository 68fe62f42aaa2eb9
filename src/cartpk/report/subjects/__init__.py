"""A page per subject, drawn in the browser from the page's data: timeline, kinetics, fit, counts, findings, values."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartpk.report.page_data import subject_places
from cartpk.report.page_part import PagePart
from cartpk.report.subjects.answers import answers
from cartpk.report.subjects.coding import Texts
from cartpk.report.subjects.curves import curves
from cartpk.report.subjects.findings import findings
from cartpk.report.subjects.kinetics import Profile, kinetics, profiles
from cartpk.report.subjects.people import people
from cartpk.report.subjects.timeline import timeline
from cartpk.report.subjects.values import values

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["PART", "subject_data"]


def subject_data(data: TrialData, config: TrialConfig) -> dict[str, Any]:
    """What the pages of the subjects need beyond the tables of the data block.

    Shape: ``texts``, every text once, which all other lists name by its place (-1 = none); ``people``, per subject in
    the order of ``adsl``; ``profiles``, ``curves`` and ``answers``, per profile; ``samples.use``, per row of ``adnca``;
    ``values``, per row of ``adpp``; ``timeline`` and ``findings``, per subject from ``start[i]`` to ``start[i + 1]``.
    """
    texts, subjects = Texts(), list(subject_places(data))
    found = profiles(data, config, subjects)
    made = {
        "people": people(data, config, texts),
        **kinetics(found, subjects, texts),
        "curves": curves(data, found, texts),
        "answers": _answers(found, data, config, texts),
        "values": values(data.adpp, subjects, config),
        "timeline": timeline(data, subjects, texts),
        "findings": findings(data, subjects, texts),
    }
    return {"texts": texts.all, **made}


def _answers(found: list[Profile], data: TrialData, config: TrialConfig, texts: Texts) -> list[list[int]]:
    """Sentences per profile."""
    rows: dict[tuple[str, ...], dict[str, dict[Hashable, Any]]] = {}
    nca = data.adpp[data.adpp["PARCAT1"].eq("NCA")]
    for row in nca.to_dict("records"):
        key = tuple(str(row[name]) for name in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF"))
        rows.setdefault(key, {})[str(row["PARAMCD"])] = row
    return [texts.codes(answers(profile, rows.get(profile.key, {}), config)) for profile in found]


PART = PagePart(
    "subjects",
    Path(__file__).parent,
    title="Subjects",
    main="list.html.j2",
    end="subjects.html.j2",
    styles=("subjects.css",),
    scripts=("model.js", "timeline.js", "plot.js", "sections.js", "drawings.js", "list.js", "view.js"),
    data=subject_data,
)
