"""Examples of infusions, doses and cohorts."""

SPLIT = {"data": {"infusions": ["inf.csv"]}}
INFUSIONS = "SUBJECT,TIME_DAY,DOSE\nS-01,0,25000000\nS-02,0,100000000\nS-03,0,205000000\n"
LYMPHODEPLETION = ("ex", 0, {"EXTRT": "FLUDARABINE", "EXSTDTC": "2024-04-26T10:00", "EXENDTC": "2024-04-26T10:30"})
S01 = (*range(8), *range(24, 32), *range(48, 56))
WEIGHTS = "USUBJID,VSTESTCD,VSSTRESN,VSSTRESU\n" + "".join(f"S-0{i},WEIGHT,50,kg\n" for i in (1, 2, 3))
WITH_VS = {"data": {"domains": {"vs": ["vs.csv"]}}}
COHORT = {"data": {"columns": {"cohort": "COHORT"}}}
COHORTS = {("dm", None, "COHORT"): "1", ("ex", None, "COHORT"): "1"}
PER_KG = {("ex", None, "EXDOSU"): "cells/kg"}


def again(day):
    stamp = {"EXSTDTC": f"2024-05-{1 + day:02d}T10:00", "EXENDTC": f"2024-05-{1 + day:02d}T10:20"}
    return [("ex", 0, stamp | {"EXDOSE": "12500000"})]


EXAMPLES = {
    "BI-028": {
        "found": lambda t: t.sdtm({("ex", 1, "EXDOSU"): "cells/kg", ("ex", 1, "EXDOSE"): "1e6"}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXDOSU"): "CAR-T cells"}),
        "output": lambda see: "S-02" in see.found["OLD"].iloc[0],
    },
    "BI-055": {
        "found": lambda t: t.sdtm(add=[("ex", 0, {"EXSTDTC": "2024-05-16T10:00", "EXENDTC": "2024-05-16T10:20"})]),
        "clean": lambda t: t.sdtm(),
        "output": lambda see: (
            (see.subject("S-01")["NINF"], see.subject("S-01")["REINFDY"]) == (2, 15)
            and see.sample("pc.csv", 6)["ATPTREF"] == "INFUSION 2"
        ),
    },
    "BI-056": {
        "found": lambda t: t.tidy({(i, "DOSE"): "5e7" for i in S01}),
        "clean": lambda t: t.tidy({(i, "DOSE"): "3.2e7" for i in S01}),
        "output": lambda see: see.subject("S-01")["DOSEA"] == 5e7 and see.used("S-01") > 0,
    },
    "BI-057": {
        "found": lambda t: t.sdtm(PER_KG),
        "clean": lambda t: t.sdtm(
            PER_KG | {("ex", i, "EXDOSE"): d for i, d in enumerate(("5e5", "2e6", "4.1e6"))},
            settings=WITH_VS,
            files={"vs.csv": WEIGHTS},
        ),
        "output": lambda see: see.used("S-01") > 0 and see.subject("S-01")["DOSEA"] != see.subject("S-01")["DOSEA"],
    },
    "BI-058": {
        "found": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "0"}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "1e8"}),
        "output": lambda see: see.subject("S-02")["NINF"] == 0,
    },
    "BI-059": {
        "found": lambda t: t.sdtm({("ex", 1, "EXENDTC"): "2024-05-02T09:00"}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXENDTC"): "2024-05-03T10:00"}),
        "output": lambda see: see.subject("S-02")["NINF"] == 0,
    },
    "BI-060": {
        "found": lambda t: t.sdtm(COHORTS | {("ex", 1, "COHORT"): "2"}, settings=COHORT),
        "clean": lambda t: t.sdtm(COHORTS | {("ex", 1, "COHORT"): " 1"}, settings=COHORT),
        "output": lambda see: "BI-060" in see.subject("S-02")["EXCLRS"] and see.used("S-02") == 0,
    },
    "BI-069": {
        "found": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-06-01"}),
        "clean": lambda t: t.sdtm({("dm", 1, "DTHDTC"): ""}),
        "output": lambda see: (see.subject("S-02")["EVENTDY"], see.subject("S-02")["EVENTTXT"]) == (30, "death"),
    },
    "CP-030": {
        "found": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "one bag"}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "1×10^8"}),
    },
    "CP-032": {
        "found": lambda t: t.sdtm(
            PER_KG | {("ex", None, "EXDOSE"): "1e6"}, settings=WITH_VS, files={"vs.csv": WEIGHTS}
        ),
        "clean": lambda t: t.sdtm(settings=WITH_VS, files={"vs.csv": WEIGHTS}),
    },
    "CP-033": {
        "found": lambda t: t.tidy({(i, "DOSE"): "" for i in S01}),
        "clean": lambda t: t.tidy({(i, "DOSE"): "" for i in S01[1:]}),
    },
    "CP-034": {
        "found": lambda t: t.sdtm(add=[LYMPHODEPLETION], settings={"data": {"domains": {"treatment": ["cd7 car-t"]}}}),
        "clean": lambda t: t.sdtm(settings={"data": {"domains": {"treatment": ["cd7 car-t"]}}}),
    },
    "CP-035": {
        "found": lambda t: t.sdtm(add=[LYMPHODEPLETION]),
        "clean": lambda t: t.sdtm(add=[LYMPHODEPLETION], settings={"data": {"domains": {"treatment": ["cd7 car-t"]}}}),
    },
    "CP-036": {
        "found": lambda t: t.sdtm({("ex", 1, "EXSTDTC"): ""}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXENDTC"): ""}),
    },
    "CP-038": {
        "found": lambda t: t.sdtm(settings=WITH_VS, files={"vs.csv": WEIGHTS.replace("kg", "LB", 1)}),
        "clean": lambda t: t.sdtm(settings=WITH_VS, files={"vs.csv": WEIGHTS.replace("kg", "KG", 1)}),
    },
    "CP-070": {
        "found": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS + "S-03,soon,1e8\n"}),
        "clean": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS}),
    },
    "CP-071": {
        "found": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS.replace("S-03,0,", "S-03,2,")}),
        "clean": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS.replace("S-03,0,", "S-03,0.0,")}),
    },
    "CP-072": {
        "found": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS.partition("S-03")[0]}),
        "clean": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS}),
    },
}
BESIDE = {
    "BI-057": {"CP-033"},
    "CP-030": {"CP-033"},
    "BI-058": {"BI-031"},
    "BI-059": {"BI-031"},
    "CP-036": {"BI-031"},
    "BI-028": {"BI-056"},
    "CP-032": {"BI-056"},
    "CP-071": {"BI-051"},
    "CP-035": {"BI-030", "BI-055", "BI-056", "BI-073"},
}
