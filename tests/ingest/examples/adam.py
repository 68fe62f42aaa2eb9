"""Examples of analysis data sets (layout adam)."""

CONFIG = {"layout": "adam", "tables": ["adpc.csv"]}


def rows():
    """Two subjects with a dose record each and five samples, hours from the first dose."""
    out = []
    for subject in ("S-01", "S-02"):
        base = {"USUBJID": subject, "PARAMCD": "CAR", "FRLTU": "h", "RRLTU": "h", "AVALU": "copies/ug", "ALLOQ": "50"}
        base |= {"DOSEA": "100000000", "DOSEU": "cells", "ATPTREF": "DAY 1", "DTYPE": "", "ANL01FL": "Y"}
        base |= {"SRCDOM": "PC", "AVALCAT1": ""}
        dose = {"PARAMCD": "DOSE", "SRCDOM": "EX", "AFRLT": "0", "ARRLT": "0", "AVAL": "100000000", "AVALU": "cells"}
        out.append(base | dose)
        for hours, value, text in (
            (-2, 0, "<BLQ"),
            (72, 812.5, ""),
            (168, 20400, ""),
            (240, 9800, ""),
            (672, 25, "<BLQ"),
        ):
            out.append(base | {"AFRLT": f"{hours}", "ARRLT": f"{hours}", "AVAL": f"{value}", "AVALCAT1": text})
    return out


def read(t, cells=None, add=()):
    """The data set with cells ``{(row, column): text}`` changed and copies of rows added."""
    table = rows()
    for (row, column), value in (cells or {}).items():
        table[row][column] = value
    table += [table[like] | change for like, change in add]
    names = list(table[0])
    text = "\n".join(",".join(row[name] for name in names) for row in [dict(zip(names, names, strict=True)), *table])
    settings = {
        "trial": {"id": "T1"},
        "product": {"name": "CD7 CAR-T", "cell": "T"},
        "data": CONFIG,
        "analytes": [{"code": "CAR", "label": "CAR transgene", "unit": "copies/ug", "method": "qPCR"}],
        "report": {"synthetic": True},
    }
    return t.read(settings, {"adpc.csv": text + "\n"})


EXAMPLES = {
    "CP-081": {
        "found": lambda t: read(t, {(i, "RRLTU"): "" for i in range(12)} | {(i, "FRLTU"): "" for i in range(12)}),
        "clean": lambda t: read(t, {(i, "FRLTU"): "Hours" for i in range(12)}),
    },
    "CP-082": {
        "found": lambda t: read(t, add=[(3, {"DTYPE": "COPY", "ATPTREF": "DAY 8"})]),
        "clean": read,
    },
    "CP-083": {
        "found": lambda t: read(t, {(3, "DTYPE"): "LOCF"}),
        "clean": read,
    },
    "CP-084": {
        "found": lambda t: read(t, {(3, "ANL01FL"): ""}),
        "clean": read,
    },
    "CP-085": {
        "found": lambda t: read(
            t,
            {
                (0, "SRCDOM"): "PC",
                (0, "PARAMCD"): "CAR",
                (0, "AVAL"): "0",
                (0, "AVALU"): "copies/ug",
                (3, "ARRLT"): "150",
            },
        ),
        "clean": lambda t: read(t, {(3, "ARRLT"): "150"}),
    },
}
BESIDE = {"CP-081": {"BI-044", "BI-051"}}
