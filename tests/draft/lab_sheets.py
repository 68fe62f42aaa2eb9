"""Sheets as a laboratory would send them, and the answers to what `cartpk new` asks of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

PROFILES: Final = {
    "S-01": ("<50", "812.5", "20400", "1320"),
    "S-02": ("<50", "<50", "31250.25", "640"),
    "S-03": ("<50", "99.5", "9800", "<50"),
}
DAYS: Final = (0, 7, 14, 28)
LARGE: Final = {".": {"31250.25": "31,250.25"}, ",": {"31250.25": "31.250,25"}}
CMAX: Final = {"S-01": 20400.0, "S-02": 31250.25, "S-03": 9800.0}
T: Final[dict[str, object]] = {"product.cell": "T"}


def rows(
    form: str = "{s},{d},{v}",
    value: Callable[[str], str] = str,
    day: Callable[[int], object] = int,
    subjects: Iterable[str] = PROFILES,
) -> str:
    """One line per sample."""
    return "\n".join(
        form.format(s=s, d=day(d), v=value(v), i=i)
        for i, s in enumerate(subjects)
        for d, v in zip(DAYS, PROFILES[s], strict=True)
    )


def sheet(
    header: str,
    form: str = "{s},{d},{v}",
    value: Callable[[str], str] = str,
    day: Callable[[int], object] = int,
    subjects: Iterable[str] = PROFILES,
) -> str:
    """A header and one line per sample."""
    return header + "\n" + rows(form, value, day, subjects) + "\n"


def comma(value: str) -> str:
    """The number with a comma for decimals."""
    return value.replace(".", ",")


def blq(word: str) -> Callable[[str], str]:
    """Another word for a result below the limit."""
    return lambda v: word if v == "<50" else v


def wide_by_visit(names: Iterable[str], above: str = "") -> str:
    """A table of one column per visit."""
    lines = [",".join(("Patient ID", *names)), *(",".join((s, *v)) for s, v in PROFILES.items())]
    return above + "\n".join(lines) + "\n"


BY_SUBJECT = "Day," + ",".join(PROFILES) + "\n" + "\n".join(
    ",".join((str(d), *(PROFILES[s][i] for s in PROFILES))) for i, d in enumerate(DAYS)
) + "\n"  # fmt: skip
BY_ANALYTE = "Subject,Day,CAR transgene (copies/ug DNA),Lymphocytes (cells/uL)\n" + rows("{s},{d},{v},90{i}") + "\n"

SHEETS: Final[dict[str, tuple[str | bytes, dict[str, object]]]] = {
    "plain": (sheet("Subject,Day,CAR (copies/ug DNA)"), T),
    "the name says the cells": (sheet("Subject,Day,CAR-T (copies/ug DNA)"), {}),
    "title rows": (
        "CAR-T expansion study,,\nLaboratory of cell therapy,,\n,,\n" + sheet("ID,Time (day),Copies/ug"), {}),
    "titles of one cell": ("CAR-T expansion study\nUnit: copies/ug DNA\n\n" + sheet("ID,Time (day),Result"), {}),
    "two-row header": (sheet("Subject,Sampling,CAR-T,\n,Day,Result,Unit", "{s},{d},{v},copies/ug"), {}),
    "units under the header": (sheet("Subject,Time,CAR-T\n,day,copies/ug"), {}),
    "hours": (sheet("subject_id,time_h,conc,unit", "{s},{d},{v},copies/ug", day=lambda d: 24 * d), T),
    "no unit of time": (
        sheet("subject,time,conc,unit", "{s},{d},{v},copies/ug", day=lambda d: 24 * d), {**T, "time.unit": "hour"}),
    "visits show the unit of time": (
        sheet("subject,visit,time,conc,unit", "{s},Day {d},{d}0,{v},copies/ug").replace("Day 0,00,", "Day 0,0,")
        .replace("7,70,", "7,168,").replace("14,140,", "14,336,").replace("28,280,", "28,672,"), T),
    "no unit of the result": (sheet("subject,day,result"), {**T, "analytes[0].unit": "copies/ug"}),
    "semicolons and decimal commas": (sheet("Subject;Day;Result;Unit", "{s};{d};{v};copies/ug", value=comma), T),
    "commas of either kind": (
        sheet("Subject;Day;Result;Unit", "{s};{d};{v};copies/ug",
              value=lambda v: {"<50": "<50", "31250.25": "31,250"}.get(v, v.split(".")[0])),
        {**T, "intake.decimal": '"."\n  thousands: ","'}),
    "thousands": (
        sheet("Subject;Day;Result;Unit", "{s};{d};{v};copies/ug", value=lambda v: LARGE["."].get(v, v)), T),
    "points and commas": (
        sheet("Subject;Day;Result;Unit", "{s};{d};{v};copies/ug", value=lambda v: LARGE[","].get(v, comma(v))), T),
    "Chinese": (sheet("受试者,时间(天),结果,单位,定量下限", "{s},{d},{v},拷贝/μg,50", value=blq("未检出")), T),
    "Chinese in GB18030": (
        sheet("受试者编号,采样时间（天）,CAR-T拷贝数（拷贝/μg DNA）,备注", "{s},{d},{v},外周血").encode("gb18030"), {}),
    "Chinese labels of days": (sheet("受试者,访视,结果,单位", "{s},第{d}天,{v},拷贝/ug"), T),
    "UTF-16": (sheet("Subject\tDay\tResult\tUnit", "{s}\t{d}\t{v}\tcopies/ug").encode("utf-16"), T),
    "labels D0 D7": (sheet("Subject,Visit,Result,Unit", "{s},D{d},{v},copies/ug"), T),
    "labels from day 1": (
        sheet("Subject,Visit,Result,Unit", "{s},Day {d},{v},copies/ug", day=lambda d: d + 1),
        {**T, "time.day_zero": "infusion_is_day_1"}),
    "wide by visit": (wide_by_visit(("D0", "D7", "D14", "D28"), "CAR-T (copies/ug DNA),,,,\n"), {}),
    "wide by day in figures": (
        wide_by_visit(("0", "7", "14", "28")), {**T, "analytes[0].unit": "copies/ug", "time.unit": "day"}),
    "wide by subject": (BY_SUBJECT, {**T, "analytes[0].unit": "copies/ug"}),
    "wide by analyte": (BY_ANALYTE, T),
    "a word for below the limit": (
        sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug", value=blq("BLQ")), {**T, "analytes[0].lloq": "50"}),
    "a longer word": (
        sheet("Subject,Day,Result,Unit,LLOQ", "{s},{d},{v},copies/ug,50", value=blq("Below LLOQ")), T),
    "below the limit of detection": (
        sheet("Subject,Day,Result,Unit,LLOQ", "{s},{d},{v},copies/ug,50", value=blq("<LOD")), T),
    "the title has the limit": (
        "LLOQ = 50 copies/ug,,,\n" + sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug", value=blq("BLQ")), T),
    "zeros": (
        sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug", value=blq("0")), {**T, "analytes[0].lloq": "50"}),
    "a word of two meanings": (
        sheet("Subject,Day,Result,Unit,LLOQ", "{s},{d},{v},copies/ug,50", value=blq("ND")),
        {**T, "intake.missing_tokens": "UNCOMMENT"}),
    "dates beside the days": (
        sheet("Subject,Date,Day,Result,Unit", "{s},{d:02d}/03/2024,{d},{v},copies/ug"), T),
    "flags": (
        sheet("ID,DAY,VALUE,UNIT,BLQ,LLOQ", "{s},{d},{v},copies/ug,0,50").replace("<50,copies/ug,0", ",copies/ug,1"),
        T),
    "a footnote": (sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug") + "* measured twice,,,\n", T),
}  # fmt: skip
