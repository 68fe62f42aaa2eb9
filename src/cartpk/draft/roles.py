"""The vocabulary of headers: how people and standards call the columns of a trial's tables.

A new word is one entry here. Names of CDISC come first, since a column of a standard means what the standard says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cartpk.ingest.spellings import known_unit
from cartpk.ingest.text import plain

__all__ = ["ROLES", "Header", "Role", "header_of", "squeezed", "word_score"]


@dataclass(frozen=True, slots=True)
class Role:
    """What a column can be.

    Attributes
    ----------
    name
        Setting of ``data.columns`` that names the column; ``time_unit`` and ``date`` are for understanding only.
    shown
        What it is called on the screen.
    exact
        Whole headers, best first, without case, spaces and punctuation.
    within
        Words that say it as part of a longer header.
    never
        Words that say it is something else.
    """

    name: str
    shown: str
    exact: tuple[str, ...]
    within: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


_NOT_A_RESULT: Final = ("dose", "lloq", "lod", "limit", "nominal", "planned", "age", "weight", "pred", "ipred", "true")

ROLES: Final[tuple[Role, ...]] = (
    Role(
        "subject", "subject",
        ("usubjid", "subject", "subjectid", "subjid", "subjectno", "subjectnumber", "patient", "patientid", "patientno",
         "patid", "patno", "ptid", "pt", "pid", "id", "participant", "participantid", "受试者", "受试者编号",
         "受试者id", "受试者号", "患者", "患者编号", "患者id", "病人", "病人编号", "筛选号", "入组号", "编号",
         "patientennr", "patientennummer", "proband", "probandennr"),
        ("subject", "patient", "participant", "usubjid", "受试者", "患者", "病人"),
        ("visit", "dose", "comment", "age", "weight", "group", "体重", "年龄", "分组"),
    ),
    Role(
        "time", "time",
        ("afrlt", "timeday", "timedays", "time", "day", "days", "timeh", "hours", "hour", "tad", "tafd", "actualtime",
         "actualday", "arrlt", "studyday", "reltime", "relday", "daypostinfusion", "dayspostinfusion",
         "dayafterinfusion", "daysafterinfusion", "dpi", "时间", "实际时间", "采样时间", "天数", "天", "采样天数",
         "给药后时间", "回输后时间", "回输后天数", "输注后时间", "输注后天数", "研究日", "tag", "tage", "studientag",
         "zeit", "stunden"),
        ("time", "day", "days", "hour", "hours", "hrs", "时间", "天数", "小时"),
        ("nominal", "planned", "scheduled", "visit", "dose", "event", "birth", "unit", "date", "计划", "日期", "单位",
         "访视", "hsct", "death"),
    ),
    Role(
        "nominal_time", "planned time",
        ("nfrlt", "nominaltime", "nominalday", "plannedtime", "plannedday", "scheduledtime", "scheduledday", "ntime",
         "nday", "ntad", "visitday", "visitdy", "nrrlt", "计划时间", "计划天数", "计划采样时间", "访视天"),
        ("nominal", "planned", "scheduled", "计划"), ("dose",),
    ),
    Role(
        "visit", "visit",
        ("avisit", "visit", "visitname", "visitlabel", "timepoint", "tpt", "pctpt", "访视", "访视点",
         "时间点", "访视名称", "visite", "zeitpunkt"),
        ("visit", "timepoint", "访视", "时间点"), ("day", "dy", "num", "number"),
    ),
    Role(
        "value", "result",
        ("aval", "value", "result", "results", "resultvalue", "dv", "conc", "concentration", "measurement", "measured",
         "pcstresc", "pcstresn", "pcorres", "copies", "copynumber", "vcn", "level", "结果", "检测结果", "检测值",
         "测定值", "测定结果", "浓度", "拷贝数", "数值", "含量", "ergebnis", "messwert", "wert", "konzentration"),
        ("result", "results", "conc", "concentration", "copies", "value", "transgene", "结果", "浓度", "拷贝", "检测值",
         "测定"),
        (*_NOT_A_RESULT, "unit", "单位", "定量下限", "检测下限", "剂量"),
    ),
    Role(
        "unit", "unit of the result",
        ("avalu", "unit", "units", "uom", "resultunit", "pcstresu", "pcorresu", "valueunit", "concunit", "单位",
         "结果单位", "检测单位", "浓度单位", "einheit"),
        ("unit", "units", "uom", "单位"), ("dose", "time", "lloq", "age", "weight", "剂量", "时间", "体重", "年龄"),
    ),
    Role(
        "lloq", "limit of quantification",
        ("alloq", "lloq", "pclloq", "loq", "lloqvalue", "lowerlimit", "lowerlimitofquantification",
         "limitofquantification", "定量下限", "最低定量限", "定量限", "lloq值", "bestimmungsgrenze",
         "unterebestimmungsgrenze"),
        ("lloq", "loq", "定量下限", "定量限"), ("unit", "flag", "below", "单位", "低于"),
    ),
    Role("lloq_unit", "unit of that limit", ("lloqunit", "lloqu", "loqunit", "定量下限单位")),
    Role(
        "blq", "mark of results below it",
        ("blq", "blqfl", "blqflag", "bloq", "bql", "cens", "censored", "belowlloq", "belowloq", "blqn", "低于定量下限",
         "是否低于定量下限"),
        ("blq", "bloq", "bql", "below", "低于"),
    ),
    Role(
        "analyte", "analyte",
        ("paramcd", "pctestcd", "analyte", "analytes", "test", "testname", "param", "pctest", "parameter", "assay",
         "marker", "检测项目", "项目", "指标", "检测指标", "分析物", "项目名称", "analyt", "messgroesse"),
        ("analyte", "parameter", "marker", "项目", "指标", "分析物"), ("unit", "code", "单位"),
    ),
    Role(
        "specimen", "specimen",
        ("pcspec", "specimen", "matrix", "sampletype", "specimentype", "tissue", "biomatrix", "标本", "标本类型",
         "样本类型", "样本", "样品类型", "基质", "material", "probenmaterial", "probenart"),
        ("specimen", "matrix", "标本", "样本类型"), ("id", "no", "编号", "号"),
    ),
    Role("method", "method", ("pcmethod", "method", "assaymethod", "platform", "方法", "检测方法"), ("method", "方法")),
    Role(
        "dose", "dose",
        ("dosea", "dose", "doseamount", "actualdose", "dosegiven", "amt", "exdose", "剂量", "给药剂量", "回输剂量",
         "输注剂量", "dosis", "zelldosis"),
        ("dose", "剂量", "dosis"),
        ("unit", "group", "level", "cohort", "date", "time", "number", "no", "单位", "组", "日期", "时间"),
    ),
    Role("dose_unit", "unit of the dose", ("doseu", "doseunit", "doseunits", "exdosu", "剂量单位")),
    Role(
        "weight", "body weight",
        ("wtbl", "weight", "weightkg", "bodyweight", "wt", "bw", "vsstresn", "体重", "gewicht", "koerpergewicht"),
        ("weight", "体重"), ("unit", "单位"),
    ),
    Role(
        "age", "age",
        ("age", "ageyears", "ageyear", "agey", "ageyrs", "ageatinfusion", "ageatenrollment", "年龄", "年龄岁", "alter"),
        ("age", "年龄"), ("group", "unit", "units", "category", "disease", "单位", "组"),
    ),
    Role("sex", "sex", ("sex", "gender", "性别", "geschlecht"), ("sex", "gender", "性别")),
    Role(
        "group", "group",
        ("actarm", "trt01a", "arm", "group", "cohort", "dosegroup", "doselevel", "response", "bestresponse", "bor",
         "trt01p", "组别", "分组", "队列", "剂量组", "疗效", "最佳疗效", "gruppe", "kohorte", "dosisgruppe"),
        ("group", "cohort", "arm", "response", "组", "疗效"), ("time", "date", "日期"),
    ),
    Role("event_day", "day of an event", ("eventday", "eventdy", "hsctday", "deathday")),
    Role("event", "event", ("event", "eventname")),
    Role(
        "comment", "remark",
        ("comment", "comments", "note", "notes", "remark", "remarks", "备注", "说明", "bemerkung", "kommentar"),
        ("comment", "note", "remark", "备注"),
    ),
    Role("time_unit", "unit of the time", ("frltu", "rrltu", "timeu", "timeunit", "timeunits", "时间单位")),
)  # fmt: skip
"""Every role, most needed first: a column goes to the role that its header says best."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header taken apart.

    Attributes
    ----------
    name
        As the file has it.
    words
        Its words in small letters, without the unit.
    unit
        Text in brackets behind it or after its last comma, a known unit at its end; may be empty.
    """

    name: str
    words: tuple[str, ...]
    unit: str


_BRACKETED: Final = re.compile(r"(?P<base>[^(\[]*?)[ _]*[(\[](?P<unit>[^)\]]+)[)\]] *$")
_COMMA: Final = re.compile(r"(?P<base>[^,]+), *(?P<unit>[^,]+)")
_WORD: Final = re.compile("[a-z]+|[0-9]+|[\u4e00-\u9fff]+")
_CAMEL: Final = re.compile("(?<=[a-z])(?=[A-Z])")


def header_of(name: str) -> Header:
    """The header's words and unit.

    >>> header_of("CAR (copies/ug DNA)")
    Header(name='CAR (copies/ug DNA)', words=('car',), unit='copies/ug DNA')
    >>> header_of("SubjectID").words
    ('subject', 'id')
    """
    shown = plain(name)
    found = _BRACKETED.fullmatch(shown) or _COMMA.fullmatch(shown)
    base, unit = (found["base"], plain(found["unit"])) if found else _split_unit(shown)
    words = tuple(_WORD.findall(_CAMEL.sub(" ", base).casefold()))
    return Header(name, words or tuple(_WORD.findall(shown.casefold())), unit)


def _split_unit(text: str) -> tuple[str, str]:
    """The header and the known unit that its last words are, as two rows of a header leave it."""
    words = text.split(" ")
    for i in range(max(1, len(words) - 3), len(words)):
        if known_unit(" ".join(words[i:])):
            return " ".join(words[:i]), " ".join(words[i:])
    return text, ""


def squeezed(words: tuple[str, ...]) -> str:
    """The words as one, as the vocabulary has them."""
    return "".join(words)


def word_score(role: Role, header: Header) -> float:
    """How well the header says the role: near 1 for one of its names, 0.6 for one of its words, 0 otherwise.

    >>> from cartpk.draft.roles import ROLES
    >>> word_score(ROLES[0], header_of("Subject ID")) > word_score(ROLES[0], header_of("Subject of the study"))
    True
    """
    whole = squeezed(header.words)
    for candidate in (whole, whole + squeezed(tuple(_WORD.findall(header.unit.casefold())))):
        if candidate in role.exact:
            return 1.0 - 0.005 * role.exact.index(candidate)
    if any(_has(word, header.words) for word in role.never):
        return 0.0
    return 0.6 if any(_has(word, header.words) for word in role.within) else 0.0


def _has(word: str, words: tuple[str, ...]) -> bool:
    """Whether the word is one of these; Chinese has no spaces, so there a part is enough."""
    return word in words if word.isascii() else any(word in w for w in words)
