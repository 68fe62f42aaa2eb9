"""Examples of subjects: identifiers, domains that do not agree, rows that name nobody."""

CAR = "CAR transgene"

EXAMPLES = {
    "BI-048": {
        "found": lambda t: t.tidy({(0, "SUBJECT"): "S–01\u00a0"}),
        "clean": lambda t: t.tidy({(0, "SUBJECT"): "S-01"}),
        "output": lambda see: see.row(0)["USUBJID"] == "S-01" and len(see.intake.adsl) == 3,
    },
    "BI-049": {
        "found": lambda t: t.tidy({(i, "SUBJECT"): s for i, s in enumerate(["007", "7"])}),
        "clean": lambda t: t.tidy({(i, "SUBJECT"): s for i, s in enumerate(["007", "8"])}),
    },
    "BI-050": {
        "found": lambda t: t.sdtm(drop=[("dm", lambda r: r["USUBJID"] == "S-02")]),
        "clean": lambda t: t.sdtm(),
        "output": lambda see: (see.subject("S-02")["EXCLRS"], see.used("S-02")) == ("not in DM (BI-050)", 0),
    },
    "BI-051": {
        "found": lambda t: t.tidy(keep=lambda r: r["SUBJECT"] != "S-02" or r["ANALYTE"] != CAR),
        "clean": lambda t: t.tidy(keep=lambda r: r["SUBJECT"] != "S-02"),
        "output": lambda see: see.subject("S-02")["PKFL"] == "N" and see.subject("S-02")["PDFL"] == "Y",
    },
    "BI-052": {
        "found": lambda t: t.tidy({(0, "SUBJECT"): "s-01"}),
        "clean": lambda t: t.tidy({(0, "SUBJECT"): "S-01"}),
    },
    "BI-053": {
        "found": lambda t: t.sdtm({("pc", 0, "STUDYID"): "T2"}),
        "clean": lambda t: t.sdtm({("pc", 0, "STUDYID"): "T1"}),
    },
    "BI-054": {
        "found": lambda t: t.tidy({(0, "SUBJECT"): "110101199003071234"}),
        "clean": lambda t: t.tidy({(0, "SUBJECT"): "1101-0119"}),
        "output": lambda see: see.found["OLD"].tolist() == ["1" + "*" * 17],
    },
    "BI-084": {
        "found": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-04-01"}),
        "clean": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-07-20"}),
        "output": lambda see: "BI-084" in see.subject("S-02")["EXCLRS"],
    },
    "BI-091": {
        "found": lambda t: t.tidy(add=[(0, {"SUBJECT": "Mean"})]),
        "clean": lambda t: t.tidy(add=[(0, {"SUBJECT": "Mean-01"})]),
        "output": lambda see: len(see.intake.adnca) == 24 and len(see.intake.adsl) == 3,
    },
    "CP-031": {"found": lambda t: t.tidy({(1, "DOSE"): "1e8"}), "clean": lambda t: t.tidy({(1, "DOSE"): ""})},
    "CP-037": {
        "found": lambda t: t.sdtm(add=[("dm", 0, {"USUBJID": "S-09"})]),
        "clean": lambda t: t.sdtm(),
    },
    "CP-039": {
        "found": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-06"}),
        "clean": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "NA"}),
    },
}
BESIDE = {
    "BI-049": {"BI-073", "BI-051", "CP-031"},
    "BI-052": {"BI-073", "BI-051"},
    "BI-054": {"BI-073", "BI-051"},
}
CLEAN_BESIDE = {"BI-049": {"BI-073", "BI-051"}, "BI-054": {"BI-073", "BI-051"}, "BI-091": {"BI-051", "BI-073"}}
