"""Examples of files: encodings, delimiters, headers, columns, declared exclusions."""

EXCLUDE = {"column": "VALUE", "equals": "20401", "reason": "spiked control sample"}
SEMICOLONS = {"text": lambda s: s.replace(",", ";").replace("\n", "\r\n")}

EXAMPLES = {
    "CP-001": {
        "found": lambda t: t.tidy(settings={"data": {"tables": ["data.csv", "dtaa.csv"]}}),
        "clean": lambda t: t.tidy(settings={"data": {"tables": ["data.csv"]}}),
    },
    "CP-002": {
        "found": lambda t: t.tidy(settings={"data": {"tables": ["data.csv", "d.docx"]}}, files={"d.docx": "x"}),
        "clean": lambda t: t.tidy(files={"d.docx": "x"}),
    },
    "CP-003": {
        "found": lambda t: t.tidy(text=lambda s: s.replace("copies/ug", "copies/µg").encode("latin-1")),
        "clean": lambda t: t.tidy(
            text=lambda s: s.replace("copies/ug", "copies/µg").encode("latin-1"),
            settings={"data": {"encoding": "latin-1"}},
        ),
    },
    "CP-004": {
        "found": lambda t: t.tidy(text=lambda s: s + ",,,,,,,\n"),
        "clean": lambda t: t.tidy(text=lambda s: s + "\n"),
    },
    "CP-005": {
        "found": lambda t: t.tidy(settings={"data": {"exclude": [EXCLUDE | {"column": "NOTES"}]}}),
        "clean": lambda t: t.tidy(
            {(None, "NOTES"): "", (3, "NOTES"): "20401"},
            settings={"data": {"exclude": [EXCLUDE | {"column": "NOTES"}]}},
        ),
    },
    "CP-006": {
        "found": lambda t: t.tidy(settings={"data": {"exclude": [EXCLUDE]}}),
        "clean": lambda t: t.tidy({(3, "VALUE"): "20401"}, settings={"data": {"exclude": [EXCLUDE]}}),
    },
    "BI-085": {
        "found": lambda t: t.tidy({(3, "ANALYTE"): "外周血"}, text=lambda s: s.encode("gb18030")),
        "clean": lambda t: t.tidy({(3, "ANALYTE"): "外周血"}, text=lambda s: s.encode("utf-8-sig")),
        "output": lambda see: len(see.intake.adnca) == 23,
    },
    "BI-086": {
        "found": lambda t: t.tidy({(3, "ANALYTE"): "锟斤拷"}),
        "clean": lambda t: t.tidy({(3, "ANALYTE"): "外周血"}),
    },
    "BI-087": {
        "found": lambda t: t.tidy(text=lambda s: s + "S-04,1\n"),
        "clean": lambda t: t.tidy(**SEMICOLONS),
    },
    "BI-088": {
        "found": lambda t: t.tidy(text=lambda s: "Table 1,,,,,,,\n" + s),
        "clean": lambda t: t.tidy(text=lambda s: "Table 1,,,,,,,\n" + s, settings={"data": {"skip_rows": 1}}),
    },
    "BI-089": {
        "found": lambda t: t.tidy(text=lambda s: s.replace("SUBJECT", "SUBJCT", 1)),
        "clean": lambda t: t.tidy(
            text=lambda s: s.replace("SUBJECT", "SUBJCT", 1), settings={"data": {"columns": {"subject": "SUBJCT"}}}
        ),
    },
    "BI-090": {
        "found": lambda t: t.tidy(text=lambda s: s.splitlines()[0] + "\n"),
        "clean": lambda t: t.tidy(keep=lambda r: r["SUBJECT"] == "S-01"),
    },
    "BI-094": {
        "found": lambda t: t.tidy({(None, "SOURCE"): "x"}),
        "clean": lambda t: t.tidy({(None, "NOTE"): "x"}, settings={"data": {"columns": {"comment": "NOTE"}}}),
        "output": lambda see: see.found["OLD"].tolist() == ["SOURCE"],
    },
}
ACCEPTED = {
    "BI-087": {
        "found": lambda t: t.tidy(**SEMICOLONS),
        "clean": lambda t: t.tidy(),
        "output": lambda see: (see.row(3)["AVAL"], len(see.intake.adnca)) == (20400, 24),
    },
}
BESIDE = {"BI-086": {"CP-022"}}
