"""Examples of the clinical tables: responses, adverse events, antibodies, therapies, events, measured values."""

import csv
import io

import pandas as pd

RS = {"USUBJID": "S-01", "RSTESTCD": "OVRLRESP", "RSSTRESC": "CR", "RSDTC": "2024-07-31", "RSSEQ": "1"}
AE = {
    "USUBJID": "S-01", "AETERM": "Pyrexia", "AEDECOD": "Pyrexia", "AETOXGR": "2", "AESER": "N", "AEREL": "RELATED",
    "AESTDTC": "2024-05-03", "AEENDTC": "2024-05-05", "AEDLT": "N", "AESEQ": "1",
}  # fmt: skip
IS = {"USUBJID": "S-01", "ISTESTCD": "ADA_BAB", "ISSTRESC": "NEGATIVE", "ISDTC": "2024-04-30", "ISSEQ": "1"}
CM = {"USUBJID": "S-01", "CMTRT": "Tocilizumab", "CMSTDTC": "2024-05-06", "CMSEQ": "1"}
DS = {"USUBJID": "S-01", "DSDECOD": "LAST CONTACT", "DSSTDTC": "2024-09-01", "DSSEQ": "1"}
QS = {"USUBJID": "S-01", "QSTESTCD": "MRSS", "QSSTRESN": "21", "QSDTC": "2024-04-29", "QSSEQ": "1"}
LB = {
    "USUBJID": "S-01", "LBTESTCD": "NEUT", "LBTEST": "Neutrophils", "LBSTRESC": "3.1", "LBSTRESU": "10^9/L",
    "LBSTNRLO": "2", "LBSTNRHI": "7", "LBNRIND": "NORMAL", "LBTOXGR": "0", "LBDTC": "2024-04-30", "LBSEQ": "1",
}  # fmt: skip
CONTACTS = [DS | {"USUBJID": f"S-0{i}", "DSSEQ": f"{i}"} for i in (1, 2, 3)]
TABLES = {
    "rs": "responses", "ae": "adverse_events", "is": "antibodies", "cm": "medications", "ds": "disposition",
    "qs": "criss", "lb": "laboratory",
}  # fmt: skip


def trial_with(ds=CONTACTS, settings=None, cells=None, **domains):
    """The clean SDTM trial with these clinical records; last contacts are there unless said otherwise."""

    def read(t):
        given = {name: rows for name, rows in {**domains, "ds": ds}.items() if rows is not None}
        clinical = {TABLES[name]: {"files": [f"{name}.csv"]} for name in given}
        own = settings or {}
        return t.sdtm(
            cells,
            settings=own | {"data": {**own.get("data", {}), "clinical": clinical}},
            files={f"{name}.csv": text(rows) for name, rows in given.items()},
        )

    return read


def text(rows):
    """Records as the text of a CSV file; a text stays as it is."""
    if isinstance(rows, str):
        return rows
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(dict.fromkeys(c for r in rows for c in r)), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def rows_of(see, table):
    return getattr(see.intake.clinical, table)


def one(see, table, index=0):
    return rows_of(see, table).sort_values("SRCROW").iloc[index]


def out(table):
    """Whether the first row is not used because of the rule."""
    return lambda see: one(see, table)["ANLFL"] == "N" and see.rule in one(see, table)["ANLRS"]


MONTH_3 = {"efficacy": {"orr_months": [3], "orr_window_days": 7}}
SITES = {"efficacy": {"responders": {"cns": ["CNS remission"], "blood_marrow": ["CR", "MLFS"]}}}
WINDOW = {"escalation": {"dlt_window_days": 28}}
DLT = AE | {"AEDLT": "Y", "AETOXGR": "4"}
CRS = AE | {"AEDECOD": "Cytokine release syndrome", "AESCALE": "ASTCT 2019"}
POSITIVE = IS | {"ISSTRESC": "1:40"}
AFTER = {"ISDTC": "2024-05-29", "ISSEQ": "2"}
PD = RS | {"RSSTRESC": "PD", "RSDTC": "2024-05-29", "RSSEQ": "2"}

EXAMPLES = {
    "BI-078": {
        "found": trial_with(rs=[RS | {"RSSTRESC": "MLFS"}]),
        "clean": trial_with(rs=[RS | {"RSSTRESC": "cri"}]),
        "output": out("adrs"),
    },
    "BI-079": {
        "found": trial_with(rs=[RS | {"RSDTC": "2024-08-14"}], settings=MONTH_3),
        "clean": trial_with(rs=[RS], settings=MONTH_3),
        "output": lambda see: one(see, "adrs")["ANL01FL"] == "N" and one(see, "adrs")["ANLFL"] == "Y",
    },
    "BI-080": {
        "found": trial_with(rs=[RS, PD]),
        "clean": trial_with(rs=[RS, PD | {"RSDTC": "2024-08-20"}]),
        "output": lambda see: one(see, "adrs")["BORFL"] == "N" and "progression" in one(see, "adrs")["BORRS"],
    },
    "BI-081": {
        "found": trial_with(ae=[AE | {"AETOXGR": ""}, AE | {"AESEQ": "2"}]),
        "clean": trial_with(ae=[AE]),
        "output": lambda see: see.rule in one(see, "adae")["GRADERS"] and one(see, "adae")["ANLFL"] == "Y",
    },
    "BI-082": {
        "found": trial_with(ae=[DLT | {"AESTDTC": "2024-05-30", "AEENDTC": ""}], settings=WINDOW),
        "clean": trial_with(ae=[DLT], settings=WINDOW),
        "output": lambda see: tuple(one(see, "adae")[["AEDLT", "DLTFL"]]) == ("Y", "N"),
    },
    "BI-083": {
        "found": trial_with(**{"is": [POSITIVE, POSITIVE | AFTER]}),
        "clean": trial_with(**{"is": [IS, POSITIVE | AFTER]}),
        "output": lambda see: (
            set(rows_of(see, "adis")["ADACLASS"]) == {"PRE-EXISTING"} and set(rows_of(see, "adis")["TITRE"]) == {40.0}
        ),
    },
    "CP-100": {
        "found": lambda t: t.tidy(
            settings={"data": {"clinical": {"adverse_events": {"files": ["a.csv"], "columns": TIDY}}}},
            files={"a.csv": "SUBJECT,EVENT,ONSET,GRADE\nS-09,Rash,3,1\n"},
        ),
        "clean": lambda t: t.tidy(
            settings={"data": {"clinical": {"adverse_events": {"files": ["a.csv"], "columns": TIDY}}}},
            files={"a.csv": "SUBJECT,EVENT,ONSET,GRADE\nS-01,Rash,3,1\n"},
        ),
    },
    "CP-101": {
        "found": trial_with(ae=",".join(AE) + "\n"),
        "clean": trial_with(ae=[AE]),
    },
    "CP-102": {
        "found": trial_with(ae=[AE, AE]),
        "clean": trial_with(ae=[AE, AE | {"AESTDTC": "2024-05-04"}]),
    },
    "CP-103": {
        "found": trial_with(rs=[RS | {"RSSTRESC": "", "RSSTAT": "NOT DONE"}]),
        "clean": trial_with(rs=[RS]),
    },
    "CP-104": {
        "found": trial_with(rs=[RS | {"RSSTRESC": "NA"}]),
        "clean": trial_with(rs=[RS]),
    },
    "CP-105": {
        "found": trial_with(
            rs=[RS | {"RSSTRESC": "完全缓解"}], settings={"clinical": {"responses": {"map": {"完全缓解": "CR"}}}}
        ),
        "clean": trial_with(rs=[RS], settings={"clinical": {"responses": {"map": {"完全缓解": "CR"}}}}),
    },
    "CP-106": {
        "found": trial_with(rs=[RS | {"RSLOC": "SPLEEN"}], settings=SITES),
        "clean": trial_with(rs=[RS | {"RSLOC": "cns", "RSSTRESC": "CNS remission"}], settings=SITES),
    },
    "CP-107": {
        "found": trial_with(rs=[RS, RS | {"RSSTRESC": "PR", "RSSEQ": "2"}]),
        "clean": trial_with(rs=[RS | {"RSEVAL": "A"}, RS | {"RSSTRESC": "PR", "RSEVAL": "B"}]),
    },
    "CP-109": {
        "found": trial_with(ae=[{k: v for k, v in AE.items() if k != "AETOXGR"}]),
        "clean": trial_with(ae=[AE]),
    },
    "CP-110": {
        "found": trial_with(ae=[AE | {"AEREL": "CONDITIONAL"}]),
        "clean": trial_with(ae=[AE | {"AEREL": "possible"}]),
    },
    "CP-111": {
        "found": trial_with(ae=[CRS, CRS | {"AESCALE": "CTCAE v5.0", "AESEQ": "2"}]),
        "clean": trial_with(ae=[CRS, AE | {"AESCALE": "CTCAE v5.0", "AESEQ": "2"}]),
    },
    "CP-112": {
        "found": trial_with(ae=[AE | {"AETOXGR": "5", "AEENDTC": ""}]),
        "clean": trial_with(
            ae=[AE | {"AETOXGR": "5", "AEENDTC": ""}],
            cells={("dm", 0, "DTHDTC"): "2024-08-01"},
            ds=CONTACTS[1:],
        ),
    },
    "CP-113": {
        "found": trial_with(ae=[DLT]),
        "clean": trial_with(ae=[DLT], settings=WINDOW),
    },
    "CP-114": {
        "found": trial_with(ae=[AE | {"AESTDTC": "2024-05", "AEENDTC": ""}]),
        "clean": trial_with(ae=[AE]),
    },
    "CP-115": {
        "found": trial_with(ae=[AE | {"AEENDTC": "2024-05-UN"}]),
        "clean": trial_with(ae=[AE | {"AEENDTC": ""}]),
    },
    "CP-116": {
        "found": trial_with(ae=[AE | {"AEENDTC": "2024-05-02"}]),
        "clean": trial_with(ae=[AE | {"AEENDTC": "2024-05-03"}]),
    },
    "CP-117": {
        "found": trial_with(**{"is": [IS | {"ISSTRESC": "indeterminate"}]}),
        "clean": trial_with(**{"is": [IS | {"ISSTRESC": "<10"}]}),
    },
    "CP-118": {
        "found": trial_with(**{"is": [POSITIVE | AFTER]}),
        "clean": trial_with(**{"is": [IS, POSITIVE | AFTER]}),
    },
    "CP-119": {
        "found": trial_with(qs=[QS, QS | {"QSTESTCD": "SF36"}]),
        "clean": trial_with(qs=[QS]),
    },
    "CP-120": {
        "found": trial_with(qs=[QS | {"QSSTRESN": "about 20"}]),
        "clean": trial_with(qs=[QS]),
    },
    "CP-121": {
        "found": trial_with(qs=[QS | {"QSSTRESN": "52"}]),
        "clean": trial_with(qs=[QS | {"QSSTRESN": "51"}]),
    },
    "CP-122": {
        "found": trial_with(qs=[QS, QS | {"QSSTRESN": "24", "QSSEQ": "2"}]),
        "clean": trial_with(qs=[QS, QS | {"QSTESTCD": "HAQDI", "QSSTRESN": "1.5"}]),
    },
    "CP-123": {
        "found": trial_with(cm=[CM | {"CMTRT": "Paracetamol"}]),
        "clean": trial_with(cm=[CM]),
    },
    "CP-124": {
        "found": trial_with(ds=[*CONTACTS, DS | {"DSDECOD": "INFORMED CONSENT OBTAINED", "DSSEQ": "9"}]),
        "clean": trial_with(),
    },
    "CP-125": {
        "found": trial_with(cells={("dm", 0, "DTHDTC"): "2024-08-01"}),
        "clean": trial_with(cells={("dm", 0, "DTHDTC"): "2024-09-01"}),
    },
    "CP-126": {
        "found": trial_with(
            ds=[DS | {"DSDECOD": "DEATH", "DSSTDTC": "2024-08-03"}, *CONTACTS[1:]],
            cells={("dm", 0, "DTHDTC"): "2024-08-01"},
        ),
        "clean": trial_with(
            ds=[DS | {"DSDECOD": "DEATH", "DSSTDTC": "2024-08-01"}, *CONTACTS[1:]],
            cells={("dm", 0, "DTHDTC"): "2024-08-01"},
        ),
    },
    "CP-127": {
        "found": trial_with(ds=CONTACTS[:2]),
        "clean": trial_with(),
    },
    "CP-129": {
        "found": trial_with(lb=[LB | {"LBTOXGR": "mild"}]),
        "clean": trial_with(lb=[LB | {"LBTOXGR": "-3"}]),
        "output": lambda see: pd.isna(one(see, "adlb")["ATOXGR"]) and one(see, "adlb")["ANLFL"] == "Y",
    },
    "CP-130": {
        "found": trial_with(lb=[LB | {"LBSTNRLO": "7", "LBSTNRHI": "2"}]),
        "clean": trial_with(lb=[LB | {"LBSTNRHI": ""}]),
        "output": lambda see: pd.isna(one(see, "adlb")["ANRLO"]) and one(see, "adlb")["ANRIND"] == "NORMAL",
    },
    "CP-131": {
        "found": trial_with(lb=[LB | {"LBNRIND": "++", "LBSTRESC": "8"}]),
        "clean": trial_with(lb=[LB | {"LBNRIND": "↑", "LBSTRESC": "8"}]),
        "output": lambda see: tuple(one(see, "adlb")[["ANRIND", "ANRINDS"]]) == ("HIGH", "LIMITS"),
    },
    "CP-132": {
        "found": trial_with(lb=[LB | {"LBSTRESC": "0.4"}]),
        "clean": trial_with(lb=[LB | {"LBSTRESC": "0.4", "LBNRIND": "ABNORMAL"}]),
        "output": lambda see: tuple(one(see, "adlb")[["ANRIND", "ANRINDS"]]) == ("NORMAL", "DELIVERED"),
    },
    "CP-133": {
        "found": trial_with(lb=[LB, LB | {"LBSTRESU": "10^6/L", "LBDTC": "2024-05-06", "LBSEQ": "2"}]),
        "clean": trial_with(lb=[LB, LB | {"LBSTRESU": "10^9/l", "LBDTC": "2024-05-06", "LBSEQ": "2"}]),
        "output": lambda see: (rows_of(see, "adlb")["ANLFL"] == "Y").all(),
    },
    "CP-128": {
        "found": trial_with(ae=[AE | {"AETERM": "Pyrexia, call 13800138000"}]),
        "clean": trial_with(ae=[AE | {"AETERM": "Febrile Neutropenia"}]),
        "output": lambda see: "13800138000" not in " ".join(see.found["MESSAGE"]),
    },
}
TIDY = {"term": "EVENT", "start_day": "ONSET", "grade": "GRADE"}
DEATH = {"BI-069"}
BESIDE = {"CP-125": DEATH, "CP-126": DEATH}
CLEAN_BESIDE = {"CP-112": DEATH, "CP-125": DEATH, "CP-126": DEATH}
"""A death also ends the profile."""
