"""Examples of profiles: what the analysis of a trial finds in their shape (BI-061 to BI-067)."""

S01 = {day: i for i, day in enumerate((-1, 1, 3, 7, 10, 14, 28, 60))}


def profile(values, keep=None):
    """The trial with these results of S-01 by day, analysed; ``keep``: the days on which it was sampled."""

    def read(t):
        cells = {(S01[day], "VALUE"): value for day, value in values.items()}
        drop = () if keep is None else [i for day, i in S01.items() if day not in keep]
        return t.analysed(t.tidy(cells, drop=drop))

    return read


CLEAN = profile({})


def messages(see):
    return " ".join(see.found["MESSAGE"])


def flag(see, code):
    """Flags of a parameter of S-01's blood profile."""
    rows = see.intake.adpp
    (text,) = rows.loc[(rows["USUBJID"] == "S-01") & (rows["PARAMCD"] == code), "FLAG"]
    return str(text).split(";")


def value(see, code):
    rows = see.intake.adpp
    (number,) = rows.loc[(rows["USUBJID"] == "S-01") & (rows["PARAMCD"] == code), "AVAL"]
    return number


EXAMPLES = {
    "BI-061": {
        "found": profile(dict.fromkeys(S01, "<50")),
        "clean": profile(dict.fromkeys((1, 7, 10, 14, 28, 60), "<50")),
        "output": lambda see: value(see, "TMAX") != value(see, "TMAX") and see.subject("S-01")["PKFL"] == "Y",
    },
    "BI-062": {
        "found": profile(dict.fromkeys((1, 3, 14, 28, 60), "<50")),
        "clean": profile(dict.fromkeys((1, 3, 28, 60), "<50")),
        "output": lambda see: "SPARSE" in flag(see, "CMAX") and value(see, "CMAX") == 31250.25,
    },
    "BI-063": {
        "found": profile({}, keep=(-1, 1, 3, 7, 10, 14)),
        "clean": CLEAN,
        "output": lambda see: "AUC0-28d" in messages(see) and value(see, "AUCLST") > 0,
    },
    "BI-064": {
        "found": lambda t: t.analysed(t.tidy({(1, "VALUE"): "90000", (1, "TIME_DAY"): "0.04", (1, "NOMINAL"): "0"})),
        "clean": CLEAN,
        "output": lambda see: "without it 31250 on day 10" in messages(see) and "EARLY_TMAX" in flag(see, "TMAX"),
    },
    "BI-065": {
        "found": profile({}, keep=(-1, 1, 3, 7, 10)),
        "clean": CLEAN,
        "output": lambda see: "TMAX_AT_LAST" in flag(see, "TMAX") and value(see, "LAMZ") != value(see, "LAMZ"),
    },
    "BI-066": {
        "found": profile({7: "31250.25"}),
        "clean": profile({7: "31250.24"}),
        "output": lambda see: value(see, "TMAX") == 7,
    },
    "BI-067": {
        "found": profile({}, keep=(-1, 1, 3, 28, 60)),
        "clean": profile({}, keep=(-1, 1, 3, 7, 28, 60)),
        "output": lambda see: "PEAK_NOT_SAMPLED" in flag(see, "CMAX"),
    },
}
