"""Examples of cell counts: what they are a share of, whether they agree, which baseline is meant (BI-070 to BI-077)."""

ABSOLUTE = {
    "code": "CD7ABS",
    "label": "CD7+ T cells",
    "kind": "absolute",
    "population": "NORMAL_T",
    "marker": "CD7+",
    "unit": "cells/uL",
}
SHARE = {
    "code": "CD7PCT",
    "label": "CD7+ fraction",
    "kind": "percent",
    "population": "NORMAL_T",
    "marker": "CD7+",
    "parent": "lymphocytes",
    "unit": "%",
}
LYM = {"code": "LYM", "label": "Lymphocytes", "kind": "absolute", "population": "LYMPHOCYTES", "unit": "cells/uL"}
PARTS = (("TALL", "NORMAL_T"), ("B", "B"), ("NK", "NORMAL_NK"))
SUBSETS = [
    {"code": code, "label": code, "kind": "percent", "population": population, "parent": "lymphocytes", "unit": "%"}
    for code, population in PARTS
]


def measures(*wanted, **settings):
    return {"pharmacodynamics": {"measures": list(wanted), **settings}}


def lymphocytes(*values, unit="cells/uL"):
    """Rows of lymphocytes in the samples of S-01 that have CD7+ T cells."""
    return [(24 + i, {"ANALYTE": "Lymphocytes", "VALUE": v, "UNIT": unit, "LLOQ": ""}) for i, v in enumerate(values)]


def subsets(*values):
    """Shares of T, B and NK cells in the first sample of S-01."""
    return [(48, {"ANALYTE": code, "VALUE": v}) for (code, _), v in zip(PARTS, values, strict=True)]


def shares(*values):
    return lambda t: t.tidy(
        add=subsets(*values), keep=lambda r: r["ANALYTE"] != "CD7+ fraction", settings=measures(ABSOLUTE, *SUBSETS)
    )


def before_lymphodepletion(t, **settings):
    """Counts on day -7 and day -1, lymphodepletion from day -5."""
    early = {"TIME_DAY": "-7", "NOMINAL": "-7"}
    return t.tidy(add=[(24, early)], settings=measures(ABSOLUTE, SHARE, lymphodepletion_start_day=-5, **settings))


EXAMPLES = {
    "BI-070": {
        "found": lambda t: t.tidy(settings=measures(ABSOLUTE, {**SHARE, "parent": None})),
        "clean": lambda t: t.tidy(settings=measures(ABSOLUTE, SHARE)),
        "output": lambda see: (see.row(48)["ANLFL"], see.row(24)["ANLFL"], see.used("S-01")) == ("N", "Y", 16),
    },
    "BI-071": {
        "found": lambda t: t.tidy(add=lymphocytes("800"), settings=measures(ABSOLUTE, SHARE, LYM)),
        "clean": lambda t: t.tidy(add=lymphocytes("1610"), settings=measures(ABSOLUTE, SHARE, LYM)),
        "output": lambda see: (see.row(24)["ANLFL"], see.row(24)["AVAL"]) == ("Y", 845.5),
    },
    "BI-072": {
        "found": shares("70", "30", "25"),
        "clean": shares("70", "20", "9"),
        "output": lambda see: see.found["OLD"].tolist() == ["125"] and see.used("S-01") == 19,
    },
    "BI-074": {
        "found": before_lymphodepletion,
        "clean": lambda t: before_lymphodepletion(t, baseline="before_lymphodepletion"),
    },
    "BI-075": {
        "found": lambda t: t.tidy(settings=measures({**ABSOLUTE, "car_cells": "included"}, SHARE)),
        "clean": lambda t: t.tidy(settings=measures({**ABSOLUTE, "car_cells": "excluded"}, SHARE)),
        "output": lambda see: see.row(24)["ANLFL"] == "Y",
    },
    "BI-077": {
        "found": lambda t: t.tidy(add=lymphocytes("1.6", "1.1", "0.9"), settings=measures(ABSOLUTE, LYM)),
        "clean": lambda t: t.tidy(add=lymphocytes("1600", "1100", "900"), settings=measures(ABSOLUTE, LYM)),
        "output": lambda see: see.row(72)["AVAL"] == 1.6,
    },
}
BESIDE = {"BI-071": {"BI-073"}, "BI-072": {"BI-073"}, "BI-077": {"BI-073"}}
CLEAN_BESIDE = {"BI-071": {"BI-073"}, "BI-072": {"BI-073"}, "BI-077": {"BI-073"}}
