"""Examples of times and dates."""


def zones(names):
    """Every date-time with one of these zones."""
    cells = {("ex", i, "EXSTDTC"): f"2024-05-0{i + 1}T10:00Z" for i in range(3)}
    for domain in ("pc", "cp"):
        for i in range(24):
            day = (-1, 1, 3, 7, 10, 14, 28, 60)[i % 8]
            if day < 0:
                cells[domain, i, f"{domain.upper()}DTC"] = f"2024-04-20T10:00{names[i % 2]}"
            else:
                cells[domain, i, f"{domain.upper()}DTC"] = f"2024-05-{5 + day // 3:02d}T10:00{names[i % 2]}"
    return cells


def dated(text, **time):
    """The SDTM trial with this date-time of the sample of S-01 on day 7 (2024-05-08T10:00)."""
    return lambda t: t.sdtm({("pc", 3, "PCDTC"): text}, settings={"time": time} if time else None)


def is_out(see):
    row = see.sample("pc.csv", 3)
    return row["ANLFL"] == "N" and see.rule in row["ANLRS"]


def on_day(day):
    return lambda see: abs(see.sample("pc.csv", 3)["AFRLT"] - day) < 1e-9 and see.sample("pc.csv", 3)["ANLFL"] == "Y"


def by_label(t, settings=None):
    """Labels of days in the time column."""
    cells = {(i, "TIME_DAY"): f"D{int(d)}" for i, d in enumerate((-1, 1, 3, 7, 10, 14, 28, 60) * 9)}
    return t.tidy(cells | {(i, "NOMINAL"): "" for i in range(72)}, settings=settings)


def in_hours(t, settings=None):
    """The times in hours, beside dates."""
    cells = {}
    for i, day in enumerate((-1, 1, 3, 7, 10, 14, 28, 60) * 9):
        date = 40 + day
        cells[i, "TIME_DAY"] = f"{24 * day}"
        cells[i, "DATE"] = f"2024-{4 + date // 30:02d}-{1 + date % 30:02d}" if date < 60 else "2024-06-10"
    columns = {"data": {"columns": {"date": "DATE", "nominal_time": None}}}
    return t.tidy(cells, columns=("NOMINAL",), settings=columns | (settings or {}))


FORMS = ["YY/M/D", "YYYY年M月D日", "YYYY.M.D", "YYYYMMDD", "DD-MMM-YYYY"]
WRITTEN = ["24/5/8 10:00", "2024年5月11日 10:00", "2024.5.15 10:00", "20240529T10:00", "30-Jun-2024 10:00"]

EXAMPLES = {
    "CP-014": {
        "found": lambda t: t.tidy({(3, "NOMINAL"): "seventh"}),
        "clean": lambda t: t.tidy({(3, "NOMINAL"): ""}),
    },
    "CP-015": {
        "found": lambda t: t.sdtm({("ex", 1, "EXENDTC"): ""}, settings={"time": {"origin": "infusion_end"}}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXENDTC"): ""}),
    },
    "BI-029": {
        "found": lambda t: t.tidy({(1, "TIME_DAY"): "-0.5"}),
        "clean": lambda t: t.tidy({(1, "TIME_DAY"): "0.5"}),
        "output": lambda see: see.row(1)["AFRLT"] == -0.5 and see.row(1)["ANLFL"] == "Y",
    },
    "BI-030": {
        "found": lambda t: t.tidy({(0, "TIME_DAY"): "0.01"}),
        "clean": lambda t: t.tidy({(0, "TIME_DAY"): "-0.01"}),
        "output": lambda see: see.row(0)["AFRLT"] == 0.01,
    },
    "BI-031": {
        "found": lambda t: t.sdtm(drop=[("ex", lambda r: r["USUBJID"] == "S-02")]),
        "clean": lambda t: t.sdtm(),
        "output": lambda see: "BI-031" in see.subject("S-02")["EXCLRS"] and see.used("S-02") == 0,
    },
    "BI-032": {
        "found": lambda t: t.sdtm({("ex", 1, "EXSTDTC"): "2024-05-02", ("ex", 1, "EXENDTC"): ""}),
        "clean": lambda t: t.sdtm({("ex", 1, "EXSTDTC"): "2024-05-02T00:00", ("ex", 1, "EXENDTC"): ""}),
        "output": lambda see: see.sample("pc.csv", 11)["AFRLT"] == 7.0,
    },
    "BI-033": {"found": dated("2024-05"), "clean": dated("2024-05-08T10:00"), "output": is_out},
    "BI-035": {"found": dated("03/04/2024"), "clean": dated("2024-05-08T09:00")},
    "BI-037": {
        "found": lambda t: t.sdtm(zones(["Z", "+08:00"])),
        "clean": lambda t: t.sdtm(zones(["Z", "Z"])),
        "output": lambda see: abs(see.sample("pc.csv", 3)["AFRLT"] - (6 - 8 / 24)) < 1e-9,
    },
    "BI-038": {"found": dated("2024-05-08T25:30"), "clean": dated("2024-05-08T23:30"), "output": is_out},
    "BI-039": {"found": dated("2204-05-08T10:00"), "clean": dated("2024-05-08T10:00:00"), "output": is_out},
    "BI-040": {
        "found": lambda t: t.tidy({(6, "TIME_DAY"): "35"}, settings={"time": {"visit_window_days": {28: 2}}}),
        "clean": lambda t: t.tidy({(6, "TIME_DAY"): "30"}, settings={"time": {"visit_window_days": {28: 2}}}),
        "output": lambda see: see.row(6)["AFRLT"] == 35 and see.row(6)["ANLFL"] == "Y",
    },
    "CP-010": {
        "found": lambda t: t.tidy({(3, "TIME_DAY"): "soon"}),
        "clean": lambda t: t.tidy({(3, "TIME_DAY"): "7.0"}),
    },
    "CP-011": {
        "found": lambda t: t.tidy({(3, "TIME_DAY"): ""}),
        "clean": lambda t: t.tidy({(3, "TIME_DAY"): " 7"}),
    },
    "CP-012": {"found": dated("2024-05-08T24:00"), "clean": dated("2024-05-09T00:00"), "output": on_day(7 + 14 / 24)},
    "BI-034": {
        "found": dated("45420.5", excel_serial=1900),
        "clean": dated("2024-05-08T12:00", excel_serial=1900),
        "output": lambda see: on_day(7 + 2 / 24)(see) and see.found["NEW"].tolist() == ["2024-05-08"],
    },
    "BI-041": {
        "found": by_label,
        "clean": lambda t: by_label(t, settings={"time": {"day_zero": "infusion_is_day_0"}}),
    },
    "BI-042": {
        "found": lambda t: t.sdtm({("pc", 3, "VISIT"): "退出访视", ("pc", 3, "VISITDY"): ""}),
        "clean": lambda t: t.sdtm(
            {("pc", 3, "VISIT"): "退出访视", ("pc", 3, "VISITDY"): ""}, settings={"time": {"visits": {"退出访视": 7}}}
        ),
        "output": lambda see: on_day(7)(see) and see.sample("pc.csv", 3)["NFRLT"] != see.sample("pc.csv", 3)["NFRLT"],
    },
    "BI-043": {
        "found": in_hours,
        "clean": lambda t: in_hours(t, settings={"time": {"units": {"data.csv": "hour"}}}),
        "output": lambda see: see.found["NEW"].tolist() == ["hour"],
    },
    "CP-016": {
        "found": dated("2024年5月8日"),
        "clean": dated("2024年5月8日 10:00", date_formats=["YYYY年M月D日"]),
        "output": is_out,
    },
    "CP-017": {"found": dated("45231.375"), "clean": dated("2024-05-08T09:00"), "output": is_out},
    "CP-018": {
        "found": lambda t: t.sdtm({("pc", 1, "VISITDY"): "0"}),
        "clean": lambda t: t.sdtm({("pc", 1, "VISITDY"): "0"}, settings={"time": {"day_zero": "infusion_is_day_0"}}),
    },
    "CP-019": {
        "found": lambda t: t.sdtm({("pc", None, "PCDTC"): ""}),
        "clean": lambda t: t.sdtm(),
        "output": on_day(7),
    },
    "CP-013": {"found": dated("2024-05-08T10:00Z"), "clean": dated("2024-05-08T10:00")},
}
ACCEPTED = {
    "BI-036": {
        "found": lambda t: t.sdtm(
            {("pc", i, "PCDTC"): text for i, text in enumerate(WRITTEN, start=3)},
            settings={"time": {"date_formats": FORMS}},
        ),
        "clean": lambda t: t.sdtm(settings={"time": {"date_formats": FORMS}}),
        "output": lambda see: [see.sample("pc.csv", i)["AFRLT"] for i in range(3, 8)] == [7, 10, 14, 28, 60],
    },
}
BESIDE = {"BI-041": {"BI-051", "BI-073"}}
