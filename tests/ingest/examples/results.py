"""Examples of result cells and their limits."""

FREE = {"columns": ("LLOQ",)}  # a table without a limit
WITH_MARK = {"data": {"columns": {"blq": "BLQ"}}}
DECLARED_LLOQ = {"analytes": [{"code": "CAR", "label": "CAR transgene", "unit": "copies/ug", "lloq": 50}]}
BLQ_WORDS = ["BLQ", " bql", "BLOQ", "BQoL", "NQ", "< LOQ", "<lloq", "低于定量下限"]
NOT_DETECTED = ["BLD", "bdl", "NEG", "阴性", "未检出"]


def cell(text, **settings):
    """The trial with this result of 20400 on day 7."""
    return lambda t: t.tidy({(3, "VALUE"): text}, settings=settings or None)


def is_out(see):
    """The row is listed, with its text, and not used."""
    row = see.row(3)
    return (row["ANLFL"], see.rule in row["ANLRS"], row["AVALC"]) == ("N", True, see.found["OLD"].iloc[0])


def is_blq(see):
    row = see.row(3)
    return (row["ANLFL"], row["BLQFL"], row["AVAL"] != row["AVAL"]) == ("Y", "Y", True)


def is_number(value):
    return lambda see: (see.row(3)["ANLFL"], see.row(3)["BLQFL"], see.row(3)["AVAL"]) == ("Y", "N", value)


EXAMPLES = {
    "BI-002": {
        "found": lambda t: t.tidy({(0, "LLOQ"): "100"}),
        "clean": lambda t: t.tidy({(0, "LLOQ"): "100", (0, "VALUE"): "<100"}),
        "output": lambda see: (see.row(0)["BLQFL"], see.row(0)["ALLOQ"]) == ("Y", 100),
    },
    "BI-004": {
        "found": lambda t: t.tidy(**FREE),
        "clean": lambda t: t.tidy({(None, "LLOQ"): "50"}, settings=DECLARED_LLOQ),
        "output": lambda see: "CAR" in " ".join(see.found["MESSAGE"]),
    },
    "BI-005": {
        "found": cell("ND"),
        "clean": cell("ND", intake={"not_detected_tokens": ["ND"]}),
        "output": is_out,
    },
    "BI-006": {
        "found": cell("NA"),
        "clean": cell("20400"),
        "output": lambda see: is_out(see) and see.row(3)["BLQCLASS"] != see.row(3)["BLQCLASS"],
    },
    "BI-007": {
        "found": cell("0 copies"),
        "clean": cell("20400 "),
        "output": is_blq,
    },
    "BI-008": {"found": cell("阳性"), "clean": cell("20400"), "output": is_out},
    "BI-009": {
        "found": cell("31"),
        "clean": cell("50"),
        "output": lambda see: is_blq(see) and see.row(3)["AVALC"] == "31",
    },
    "BI-010": {
        "found": cell(">1e6"),
        "clean": cell("1e6"),
        "output": lambda see: (see.row(3)["ANLFL"], see.row(3)["AVAL"], see.row(3)["AVALC"]) == ("Y", 1e6, ">1e6"),
    },
    "BI-011": {"found": cell("-12"), "clean": cell("12000"), "output": is_out},
    "BI-012": {"found": cell("12,5"), "clean": cell("12.5e3")},
    "BI-013": {
        "found": cell("20,400", intake={"thousands": ","}),
        "clean": cell("20400", intake={"thousands": ","}),
        "output": is_number(20400),
    },
    "BI-015": {"found": cell("1.2×104"), "clean": cell("1.2×10^4"), "output": is_out},
    "BI-016": {"found": cell("12 500 ± 300"), "clean": cell("12500"), "output": is_out},
    "BI-017": {"found": cell("１２５００"), "clean": cell("12500"), "output": is_number(12500)},
    "BI-018": {"found": cell("1e309"), "clean": cell("1e8"), "output": is_out},
    "BI-019": {"found": cell("2.04E+04"), "clean": cell("2.0412E+04"), "output": is_number(20400)},
    "BI-020": {
        "found": lambda t: t.tidy(
            {(i, "VALUE"): f"{2 + 0.25 * (i % 8):g}" for i in range(24)} | {(None, "LLOQ"): "0.1"}
        ),
        "clean": lambda t: t.tidy(
            {(i, "VALUE"): f"{12 + 0.25 * (i % 8):g}" for i in range(24) if i % 8} | {(None, "LLOQ"): "0.1"}
        ),
        "output": lambda see: see.row(3)["AVAL"] == 2.75,
    },
    "BI-027": {
        "found": lambda t: t.tidy({(50, "VALUE"): "101"}),
        "clean": lambda t: t.tidy({(50, "VALUE"): "100"}),
        "output": lambda see: see.row(50)["ANLFL"] == "N",
    },
    "BI-095": {
        "found": cell("-99"),
        "clean": cell("-99", intake={"missing_tokens": ["-99"]}),
        "output": is_out,
    },
    "CP-050": {"found": cell("9999"), "clean": cell("9998"), "output": is_number(9999)},
    "CP-051": {
        "found": lambda t: t.tidy({(3, "LLOQ"): "fifty"}),
        "clean": lambda t: t.tidy({(3, "LLOQ"): ""}),
    },
    "CP-052": {
        "found": lambda t: t.sdtm({("pc", 3, "PCSTAT"): "NOT DONE"}),
        "clean": lambda t: t.sdtm(
            {("pc", 3, "PCSTAT"): "NOT DONE", ("pc", 3, "PCSTRESC"): "", ("pc", 3, "PCORRES"): ""}
        ),
    },
    "CP-053": {
        "found": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "maybe"}, settings=WITH_MARK),
        "clean": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "no"}, settings=WITH_MARK),
    },
    "CP-054": {
        "found": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "1"}, settings=WITH_MARK),
        "clean": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "1", (3, "VALUE"): "50"}, settings=WITH_MARK),
    },
    "CP-055": {
        "found": lambda t: t.tidy({(None, "BLQ"): "", (0, "BLQ"): "N"}, settings=WITH_MARK),
        "clean": lambda t: t.tidy({(None, "BLQ"): "", (0, "BLQ"): "Y"}, settings=WITH_MARK),
    },
    "CP-056": {
        "found": lambda t: t.tidy(**FREE, settings={"intake": {"lloq_from_token": True}}),
        "clean": lambda t: t.tidy(settings={"intake": {"lloq_from_token": True}}),
    },
    "CP-057": {
        "found": lambda t: t.tidy(
            {(i, "VALUE"): "0" for i in (0, 1, 7)} | {(27, "VALUE"): "5", (28, "VALUE"): "5"},
            keep=lambda r: r["SUBJECT"] == "S-01",
            **FREE,
        ),
        "clean": lambda t: t.tidy(
            {(i, "VALUE"): "0" for i in (0, 1, 7)} | {(27, "VALUE"): "5", (28, "VALUE"): "5"},
            keep=lambda r: r["SUBJECT"] == "S-01",
        ),
    },
    "CP-058": {
        "found": lambda t: t.sdtm({("pc", None, "PCSTRESN"): "", ("pc", 3, "PCSTRESN"): "2040"}),
        "clean": lambda t: t.sdtm({("pc", None, "PCSTRESN"): "", ("pc", 3, "PCSTRESN"): "20400"}),
    },
}
ACCEPTED = {
    "BI-001": {
        "found": lambda t: t.tidy({(3, "VALUE"): "<50", (3, "LLOQ"): "50"}),
        "clean": lambda t: t.tidy({(3, "VALUE"): "BLQ", (3, "LLOQ"): "50"}),
        "output": lambda see: is_blq(see) and see.row(3)["ALLOQ"] == 50 and see.row(3)["AVALC"] in {"<50", "BLQ"},
    },
    "BI-003": {
        "found": lambda t: t.tidy(
            {(i, "VALUE"): word for i, word in enumerate(BLQ_WORDS)}
            | {(8 + i, "VALUE"): word for i, word in enumerate(NOT_DETECTED)}
        ),
        "clean": lambda t: t.tidy({(i, "VALUE"): "BLQ" if i < 8 else "未检出" for i in range(13)}),
        "output": lambda see: (
            [see.row(i)["BLQCLASS"] for i in range(13)] == ["NOT QUANTIFIABLE"] * 8 + ["NOT DETECTED"] * 5
            and all(see.row(i)["BLQFL"] == "Y" for i in range(13))
        ),
    },
    "BI-014": {
        "found": lambda t: t.tidy(
            {(i, "VALUE"): v for i, v in enumerate(["1.2×10^4", "1.2x10⁴", "1.2*10^4", "1.2E4", "1.2 e+04"], start=2)}
        ),
        "clean": lambda t: t.tidy({(i, "VALUE"): "12000" for i in range(2, 7)}),
        "output": lambda see: [see.row(i)["AVAL"] for i in range(2, 7)] == [12000.0] * 5,
    },
}
BESIDE = {"BI-004": {"CP-057"}, "BI-020": {"BI-002", "BI-068"}}
CLEAN_BESIDE = {
    "BI-020": {"BI-002", "BI-068"},
    "BI-004": {"BI-002", "BI-009"},
    "CP-057": {"BI-007"},
    "BI-095": set(),
    "BI-019": set(),
}
