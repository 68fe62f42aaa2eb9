"""Tables that a newcomer could bring, with the answers to what `cartpk new` asks of each; how an answer is given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cartpk.draft import Draft

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"
UNCOMMENT = "UNCOMMENT"
"""Answer: take the # out of the line of the answer, and of the list under it."""


@dataclass(frozen=True)
class Case:
    """Files of one trial, below :data:`REFERENCE`, and the answers to the questions of its draft."""

    files: tuple[str, ...]
    answers: dict[str, object] = field(default_factory=dict)


_OF_A_SHEET: dict[str, object] = {"data.exclude": UNCOMMENT}
_T: dict[str, object] = {"product.cell": "T"}
KINETICS = (
    Case(("kinetics/real_liu_CR.csv",), _OF_A_SHEET),
    Case(("kinetics/real_liu_NegR.csv",), _OF_A_SHEET),
    Case(("kinetics/real_qsp_G.csv",), _OF_A_SHEET),
    Case(("kinetics/real_qsp_P.csv",), {**_OF_A_SHEET, "intake.duplicates": "mean"}),
    Case(("kinetics/sim_carnk_A_data.csv",)),
    Case(("kinetics/sim_cd7pd_A_data.csv",), _T),
    Case(("kinetics/sim_stein_A_data.csv",), _T),
    Case(("kinetics/sim_stein_wideIIV_A_data.csv",), _T),
)
SDTM = Case(
    tuple(f"cdisc/pharmaversesdtm/{domain}.csv" for domain in ("pc", "ex", "dm")),
    {**_T, "time.date_only_clock": '"00:00"'},
)
ADAM = (
    Case(("cdisc/pharmaverseadam/adpc.csv",), _T),
    Case(("cdisc/aNCA/adnca_example.csv",), {**_T, "analytes[0].lloq": "0.01"}),
)


def answered(draft: Draft, answers: dict[str, object]) -> str:
    """The config with the lines of these answers filled in; every answer must belong to a question."""
    unasked = answers.keys() - {q.key for q in draft.questions}
    assert not unasked, f"never asked: {unasked}; asked were {[q.key for q in draft.questions]}"
    lines = draft.text.split("\n")
    for question in draft.questions:
        if question.key not in answers:
            continue
        at, answer = question.line - 1, answers[question.key]
        name = question.key.split(".")[-1]
        if answer is UNCOMMENT:
            while re.match(r" *# ", lines[at]) and (name in lines[at] or "- {" in lines[at]):
                lines[at] = lines[at].replace("# ", "", 1)
                at += 1
        else:
            assert re.match(rf" *(# )?{name}: ", lines[at]), f"line {at + 1} is no place for {name}: {lines[at]}"
            indent = len(lines[at]) - len(lines[at].lstrip(" "))
            lines[at] = f"{' ' * indent}{name}: {answer}"
    return "\n".join(lines)
