"""Persistence: each subject's time by hand, the table and the figure of the same times."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from cartpk import schemas
from cartpk.clinical.persistence import persistence, persistence_curve, without_a_time
from cartpk.figures.exhibit import EmptyFigure
from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures
from cartpk.tables import TABLES
from cartpk.terms import NcaReason

TIMES = {"a": (28.0, 42.0), "b": (90.0, math.nan), "c": (14.0, 21.0), "d": (math.nan, math.nan), "e": (60.0, 90.0)}
"""Subject -> last day with the product, first day without."""


def parameters():
    rows = [
        {"USUBJID": s, "PARCAT1": "NCA", "PARAMCD": code, "PARAM": code, "AVAL": value, "AVALU": "day",
         "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1",
         "PPREASND": None if math.isfinite(value) else NcaReason.ALL_BLQ.value}
        for s, pair in TIMES.items() for code, value in zip(("TDET", "TDETUL"), pair, strict=True)
    ]  # fmt: skip
    return schemas.checked(pd.DataFrame(rows, columns=list(schemas.ADPP.columns)), schemas.ADPP)


def samples():
    """At day 28 found in a and b, not in c and d; at day 90 in b, not in e."""
    found = {
        ("a", 28.0): 500.0,
        ("b", 28.0): 90.0,
        ("c", 28.0): None,
        ("d", 28.0): None,
        ("b", 90.0): 70.0,
        ("e", 90.0): None,
    }
    rows = [
        {"STUDYID": "T1", "USUBJID": s, "COHORT": "level 1", "PCSPEC": "BLOOD", "ANLFL": "Y", "SRCFILE": "x.csv",
         "SRCROW": float(i), "PCTESTCD": "CARTDNA", "PCTEST": "CAR", "ATPTREF": "INFUSION 1", "AFRLT": day,
         "NFRLT": day, "AVAL": v, "AVALU": "copies/ug", "ALLOQ": 50.0, "BLQFL": "N" if v else "Y"}
        for i, ((s, day), v) in enumerate(found.items(), start=2)
    ]  # fmt: skip
    return schemas.checked(pd.DataFrame(rows, columns=list(schemas.ADNCA.columns)), schemas.ADNCA)


def small(made):
    levels = {s: {} if s in "abc" else {"COHORT": "level 2", "COHORTN": 2.0} for s in TIMES}
    return made.trial(levels, adpp=parameters(), adnca=samples())


def test_each_subject_has_its_time_or_a_reason(made):
    rows = persistence(small(made), made.config()).set_index("USUBJID")
    assert rows["TIME"].dropna().to_dict() == {"a": 42.0, "b": 90.0, "c": 21.0, "e": 90.0}
    assert rows["CNSR"].to_dict() == {"a": 0.0, "b": 1.0, "c": 0.0, "d": 1.0, "e": 0.0}
    assert rows["REASON"].dropna().to_dict() == {"d": "all results are below the limit of quantification"}
    curve = persistence_curve(rows.reset_index(), list(TIMES))
    assert np.allclose(curve.survival, [3 / 4, 2 / 4, 1 / 4]), "by hand: 21, 42, then one of two at 90"
    assert persistence_curve(rows.reset_index(), ["d"]) is None


def test_who_has_no_sample_was_not_looked_for(made):
    """Of "e" every sample was excluded: that is not "never found"."""
    whole = small(made)
    trial = replace(whole, adpp=whole.adpp[whole.adpp["USUBJID"].ne("e")])
    rows = persistence(trial, made.config())
    assert without_a_time(rows, "quantifiable") == {
        "Never quantifiable after the infusion": 1,
        "No usable sample after the infusion": 1,
    }
    notes = TABLES["t_14_2_5"].make(trial, made.config()).body.footnotes
    assert "No usable sample after the infusion, without a time: 1." in notes
    drawn = FIGURES["f_14_2_9"].make(trial, made.config())
    assert "No usable sample after the infusion, in no curve: 1 subject." in drawn.footnotes


def test_table_counts_those_sampled_and_gives_the_median(made):
    body = TABLES["t_14_2_5"].make(small(made), made.config()).body
    cells = {(r.key["visit"], r.key.get("statistic", "")): [c.text for c in r.cells[2:]] for r in body.rows}
    assert cells["Day 28", ""][-1].startswith("2/4 (50.0) [6.8; 93.2]")
    assert cells["Day 28", ""][1].startswith("0/1 (0.0)")
    assert cells["Day 90", ""][0].startswith("1/1 (100.0)")
    assert cells["", "n"] == ["3", "1", "4"]
    assert cells["", "lost"] == ["2", "1", "3"]
    assert cells["", "censored"] == ["1", "0", "1"]
    assert cells["", "median"][-1].startswith("66.0 ("), "flat at one half from day 42 to day 90: its middle"
    assert "Never quantifiable after the infusion, without a time: 1." in body.footnotes


def test_figure_draws_all_and_the_levels_that_are_large_enough(made):
    drawn = FIGURES["f_14_2_9"].make(small(made), made.config())
    assert drawn.n == 4
    assert list(dict.fromkeys(drawn.data["GROUP"])) == ["All subjects", "level 1"], (
        "level 2 has one subject with a time"
    )
    assert all(text.endswith(".") for text in (drawn.caption, drawn.alt, *drawn.footnotes))
    assert pictures(drawn.draw())[0][:4] == b"\x89PNG"
    assert isinstance(FIGURES["f_14_2_9"].make(made.trial({"a": {}}), made.config()), EmptyFigure)
