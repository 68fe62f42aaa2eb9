"""Examples of samples: tests, duplicates, baselines."""

CAR = "CAR transgene"
REPEAT = "SUBJECT,TIME_DAY,NOMINAL,ANALYTE,VALUE,UNIT,LLOQ,DOSE\nS-01,7,7,CAR transgene,20400,copies/ug,50,25000000\n"
TWO_FILES = {"data": {"tables": ["data.csv", "again.csv"]}}
EXCLUDE = {"column": "VALUE", "equals": "20401", "reason": "spiked control sample"}


def assays(*names):
    return {"analytes": [{"code": f"A{i}", "label": CAR, "match": [name]} for i, name in enumerate(names)]}


REPORTABLE = {"data": {"columns": {"reportable": "FINAL"}}}


def reanalysed(*marks):
    """Two results of day 7 with these marks."""
    return lambda t: t.tidy(
        {(None, "FINAL"): "", (3, "FINAL"): marks[0]},
        add=[(3, {"VALUE": "20500", "FINAL": marks[1]})],
        settings=REPORTABLE,
    )


EXAMPLES = {
    "BI-046": {
        "found": reanalysed("", ""),
        "clean": reanalysed("", "Y"),
        "output": lambda see: (
            see.found["OLD"].tolist() == ["20400", "20500"]
            and see.area_reasons("S-01") == {"conflicting results at one time and no rule configured"}
        ),
    },
    "CP-062": {
        "found": reanalysed("repeat", "final"),
        "clean": lambda t: t.tidy({(None, "FINAL"): "final"}, settings=REPORTABLE),
        "output": lambda see: (see.row(3)["ANLFL"], see.row(72)["ANLFL"], see.row(72)["AVAL"]) == ("N", "Y", 20500),
    },
    "BI-044": {
        "found": lambda t: t.tidy(add=[(3, {})]),
        "clean": lambda t: t.tidy(add=[(3, {"TIME_DAY": "7.5"})]),
        "output": lambda see: (see.row(3)["ANLFL"], see.row(72)["ANLFL"]) == ("Y", "N"),
    },
    "BI-045": {
        "found": lambda t: t.tidy(add=[(3, {"VALUE": "20500"})]),
        "clean": lambda t: t.tidy(add=[(3, {"VALUE": "20500", "TIME_DAY": "7.5"})]),
        "output": lambda see: (
            see.found["OLD"].tolist() == ["20400", "20500"]
            and see.area_reasons("S-01") == {"conflicting results at one time and no rule configured"}
        ),
    },
    "BI-047": {
        "found": lambda t: t.tidy(settings=TWO_FILES, files={"again.csv": REPEAT}),
        "clean": lambda t: t.tidy(settings=TWO_FILES, files={"again.csv": REPEAT.replace(",7,7,", ",7.5,7,")}),
        "output": lambda see: see.found["OLD"].tolist() == ["1"] and see.used("S-01") == 24,
    },
    "BI-068": {
        "found": lambda t: t.tidy({(0, "VALUE"): "75"}),
        "clean": lambda t: t.tidy({(0, "VALUE"): "<75", (0, "LLOQ"): "75"}),
        "output": lambda see: (see.row(0)["AVAL"], see.row(3)["AVAL"]) == (75, 20400),
    },
    "BI-073": {
        "found": lambda t: t.tidy(drop=(24,)),
        "clean": lambda t: t.tidy({(24, "TIME_DAY"): "0"}),
        "output": lambda see: see.found["USUBJID"].tolist() == ["S-01"],
    },
    "CP-020": {
        "found": lambda t: t.tidy({(3, "ANALYTE"): "IL-6"}),
        "clean": lambda t: t.tidy({(3, "ANALYTE"): " car  Transgene"}),
    },
    "CP-021": {
        "found": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != "CD7+ T cells"),
        "clean": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != "CD7+ T cells" or r["SUBJECT"] == "S-01"),
    },
    "CP-022": {
        "found": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != CAR),
        "clean": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != CAR or r["SUBJECT"] == "S-01"),
    },
    "CP-023": {
        "found": lambda t: t.tidy(settings=assays(CAR, CAR)),
        "clean": lambda t: t.tidy(settings=assays(CAR)),
    },
    "CP-024": {
        "found": lambda t: t.tidy({(None, "SPEC"): "外周血"}, settings={"data": {"columns": {"specimen": "SPEC"}}}),
        "clean": lambda t: t.tidy({(None, "SPEC"): "blood"}, settings={"data": {"columns": {"specimen": "SPEC"}}}),
    },
    "CP-060": {
        "found": lambda t: t.tidy(add=[(3, {"VALUE": "20500"})], settings={"intake": {"duplicates": "mean"}}),
        "clean": lambda t: t.tidy(settings={"intake": {"duplicates": "mean"}}),
    },
    "CP-061": {
        "found": lambda t: t.tidy({(3, "VALUE"): "20401"}, settings={"data": {"exclude": [EXCLUDE]}}),
        "clean": lambda t: t.tidy({(3, "VALUE"): "20401"}),
    },
}
BESIDE = {"BI-047": {"BI-044"}, "CP-022": {"CP-021", "BI-051"}, "CP-023": {"BI-051"}}
CLEAN_BESIDE = {"CP-022": {"BI-051"}}
