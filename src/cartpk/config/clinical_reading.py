"""How the cells of the clinical tables are read: codes of responses, classes of therapies and events, grades."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cartpk.config.base import Model

__all__ = ["AdverseEvents", "Clinical", "Laboratory", "Measured", "Responses"]


class Measured(Model):
    """One measured quantity of a clinical table."""

    match: tuple[str, ...] = Field((), description="Texts of the test columns that mean it; its code always does.")
    low: float | None = Field(None, description="[choice] Smallest possible value; below it the row is not used.")
    high: float | None = Field(None, description="[choice] Largest possible value; above it the row is not used.")


class Responses(Model):
    """Response assessments (RS)."""

    codes: tuple[str, ...] = Field(
        ("CR", "CRh", "CRi", "mCR", "PR", "SD", "NR", "PD", "RELAPSED DISEASE", "NE"),
        description="[choice] Responses that are known besides those of efficacy.responders: terms of CDISC codelist "
        "C96785 and NE (not evaluable). Any other text must be in map.",
    )
    map: dict[str, str] = Field({}, description="Response as delivered -> the code it means.")
    sites: dict[str, str] = Field({}, description="Disease site as delivered -> the site of efficacy.responders.")
    responders: tuple[str, ...] = Field(
        ("CR", "CRh", "CRi", "PR"),
        description="[choice] Codes that count as a response where efficacy.responders is null.",
    )
    complete: tuple[str, ...] = Field(
        ("CR", "CRh", "CRi"), description="[choice] Codes that count as a complete response."
    )
    progression: tuple[str, ...] = Field(
        ("PD", "RELAPSED DISEASE"), description="[choice] Codes that are progression or relapse."
    )
    best_until: tuple[Literal["progression", "new_therapy", "hsct"], ...] = Field(
        ("progression", "new_therapy", "hsct"),
        description="[choice] Events after which no assessment counts towards the best response.",
    )
    in_window: Literal["closest", "last"] = Field(
        "closest", description="[choice] Which of several assessments in one window stands for its time point."
    )
    window_days: float = Field(
        14.0, ge=0, description="[choice] Window about the time point, days, where efficacy.orr_window_days is null."
    )


class AdverseEvents(Model):
    """Adverse events (AE)."""

    special_interest: dict[str, tuple[str, ...]] = Field(
        {
            "CRS": ("cytokine release syndrome", "细胞因子释放综合征"),
            "ICANS": ("immune effector cell-associated neurotoxicity syndrome", "免疫效应细胞相关神经毒性综合征"),
            "HLH": ("haemophagocytic lymphohistiocytosis", "hemophagocytic lymphohistiocytosis"),
            "GVHD": ("graft versus host disease", "acute graft versus host disease"),
            "INFECTION": ("infections and infestations", "感染及侵染类疾病"),
            "CYTOPENIA": ("anaemia", "anemia", "neutropenia", "febrile neutropenia", "thrombocytopenia", "leukopenia",
                          "lymphopenia", "pancytopenia", "neutrophil count decreased", "platelet count decreased",
                          "white blood cell count decreased", "lymphocyte count decreased"),
        },
        description="[choice] Class -> preferred terms or system organ classes; the class's name, as term or category, "
        "always means it. The preferred term goes before the class of organs.",
    )  # fmt: skip
    own_scale: tuple[str, ...] = Field(
        ("CRS", "ICANS"),
        description="[choice] Classes that are graded by a scale of their own: a row of them must name its scale.",
    )
    related: tuple[str, ...] = Field(
        ("Y", "YES", "RELATED", "DEFINITE", "DEFINITELY RELATED", "PROBABLE", "PROBABLY RELATED", "POSSIBLE",
         "POSSIBLY RELATED", "有关", "肯定有关", "很可能有关", "可能有关"),
        description="[choice] Values of the relationship that mean: related to the product.",
    )  # fmt: skip
    not_related: tuple[str, ...] = Field(
        ("N", "NO", "NOT RELATED", "UNRELATED", "NONE", "UNLIKELY", "UNLIKELY RELATED", "REMOTE", "无关", "可能无关"),
        description="[choice] Values of the relationship that mean: not related.",
    )
    count_dlt_outside_window: bool = Field(
        False, description="[choice] Count a DLT whose onset is outside the window; false = listed, not counted."
    )


class Laboratory(Model):
    """Safety laboratory (LB)."""

    indicators: dict[Literal["LOW", "NORMAL", "HIGH", "ABNORMAL"], tuple[str, ...]] = Field(
        {
            "LOW": ("LOW", "L", "LOW LOW", "LL", "↓", "低", "偏低"),
            "NORMAL": ("NORMAL", "N", "正常"),
            "HIGH": ("HIGH", "H", "HIGH HIGH", "HH", "↑", "高", "偏高"),
            "ABNORMAL": ("ABNORMAL", "A", "异常"),
        },
        description="[choice] Place in the reference range -> texts of the indicator that mean it.",
    )
    shifts: Literal["grade_else_range", "grade", "range", "both"] = Field(
        "grade_else_range",
        description="[choice] What Table 14.3-8 shows of a test: its toxicity grades where any is delivered, else its "
        "place in the reference range; or only one of them; or both.",
    )
    until_day: float | None = Field(
        None, gt=0, description="[choice] Last day whose results count as after the infusion; null = all of them."
    )


class Clinical(Model):
    """How the clinical tables are read."""

    responses: Responses = Field(default_factory=Responses, description="Response assessments.")
    adverse_events: AdverseEvents = Field(default_factory=AdverseEvents, description="Adverse events.")
    therapies: dict[Literal["TOCILIZUMAB", "STEROID", "NEW_THERAPY", "HSCT"], tuple[str, ...]] = Field(
        {
            "TOCILIZUMAB": ("tocilizumab", "托珠单抗"),
            "STEROID": ("dexamethasone", "methylprednisolone", "prednisone", "prednisolone", "hydrocortisone",
                        "地塞米松", "甲泼尼龙"),
            "NEW_THERAPY": ("new anti-cancer therapy", "subsequent anti-cancer therapy"),
            "HSCT": ("HSCT", "allo-HSCT", "hematopoietic stem cell transplantation",
                     "allogeneic hematopoietic stem cell transplantation", "造血干细胞移植"),
        },
        description="[choice] Class -> treatments or categories (CM, PR) that mean it; all others are OTHER.",
    )  # fmt: skip
    events: dict[Literal["DEATH", "LAST_CONTACT", "WITHDRAWAL", "COMPLETED"], tuple[str, ...]] = Field(
        {
            "DEATH": ("DEATH", "DIED", "死亡"),
            "LAST_CONTACT": ("LAST CONTACT", "LAST KNOWN ALIVE", "末次随访"),
            "WITHDRAWAL": ("WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP", "PHYSICIAN DECISION", "失访"),
            "COMPLETED": ("COMPLETED", "完成"),
        },
        description="[choice] Event -> terms of the disposition (DS) that mean it.",
    )
    criss: dict[str, Measured] = Field(
        {
            "MRSS": Measured(match=("modified Rodnan skin score",), low=0, high=51),
            "FVCPP": Measured(match=("FVC % predicted", "percent predicted forced vital capacity"), low=0, high=200),
            "HAQDI": Measured(match=("HAQ-DI", "HAQ disability index"), low=0, high=3),
            "PTGA": Measured(match=("patient global assessment",), low=0, high=10),
            "PHGA": Measured(match=("physician global assessment",), low=0, high=10),
            "RENCRIS": Measured(match=("new scleroderma renal crisis",), low=0, high=1),
            "ILD": Measured(match=("interstitial lung disease",), low=0, high=1),
            "LVEF": Measured(match=("left ventricular ejection fraction",), low=0, high=100),
            "PAH": Measured(match=("new pulmonary arterial hypertension",), low=0, high=1),
        },
        description="Code of a component -> how it is recognised and its range; globals 0 to 10, events 1 = yes.",
    )
    laboratory: Laboratory = Field(default_factory=Laboratory, description="Safety laboratory.")
    tumour_cd7: dict[str, Measured] = Field(
        {
            "CD7PCT": Measured(match=("CD7+ tumour cells",), low=0, high=100),
            "CD7MFI": Measured(match=("CD7 MFI of tumour cells",), low=0),
            "CD7MFIN": Measured(match=("CD7 MFI of normal T cells",), low=0),
        },
        description="Code of a quantity of tumour CD7 -> how it is recognised and its range (%; MFI).",
    )
