"""The clinical course of the sample trials: what happens how often, which subjects have a DLT, how long they are seen.

Everything here is ASSUMED: the registry records give no result. Numbers are chosen so that every endpoint of the
record has something to show; nothing here says how a product behaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["COURSES", "Coefficients", "CourseDesign", "Site"]


@dataclass(frozen=True)
class Coefficients:
    """What the true course owes to the true exposure: declared, so that an analysis can be held against it.

    Attributes
    ----------
    crs, response, hazard
        Change of the latent severity of CRS, of the latent response and of the log hazard of progression per SD
        (0.8) of ln Cmax.
    cd7
        Change of the latent response where fewer than 80 % of the tumour cells are CD7+, or CD7 is dim.
    """

    crs: float = 0.8
    response: float = 0.7
    hazard: float = -0.4
    cd7: float = -0.8


@dataclass(frozen=True)
class Site:
    """A disease site: how it is written, how many subjects have it, its responses from early to lasting."""

    name: str
    share: float
    early: tuple[str, ...]
    lasting: tuple[str, ...]
    none: str
    relapse: str


@dataclass(frozen=True)
class CourseDesign:
    """The clinical course of one sample trial."""

    disease: Literal["malignancy", "sclerosis"]
    follow_up: float
    """Planned follow-up, days."""
    crs: float
    """Shift of the latent severity of CRS."""
    dlt: dict[int, tuple[tuple[str, str, int, float], ...]]
    """Subject number -> DLTs: preferred term, system organ class, grade, day of onset."""
    sites: tuple[Site, ...] = ()
    criteria: str = ""
    hsct: float = 0.0
    """Part of the responders that go to transplantation between day 95 and day 150."""
    gvhd: dict[str, float] = field(default_factory=dict)
    """Arm -> part with acute GVHD."""
    cd7_share: float = 0.0
    """Part of the subjects whose tumour CD7 is dim or partial; 0 = not measured."""
    response: float = 0.9
    """Shift of the latent response."""
    laboratory: bool = False
    """Whether the sample has a safety laboratory."""
    assessed: tuple[int, ...] = (28, 60, 91, 182, 273, 364, 546, 728)
    """Days of the response assessments."""
    coefficients: Coefficients = Coefficients()


_LIVER: Final = ("Alanine aminotransferase increased", "Investigations")
_SEPSIS: Final = ("Sepsis", "Infections and infestations")
_HYPOXIA: Final = ("Hypoxia", "Respiratory, thoracic and mediastinal disorders")

COURSES: Final = MappingProxyType(
    {
        "NCT06871644": CourseDesign(
            disease="sclerosis",
            follow_up=365.0,
            crs=-0.5,
            laboratory=True,
            dlt={2: ((*_LIVER, 3, 9.0),), 8: ((*_HYPOXIA, 3, 12.0),), 15: ((*_LIVER, 4, 16.0), (*_HYPOXIA, 3, 17.0))},
        ),
        "NCT06316427": CourseDesign(
            disease="malignancy",
            follow_up=730.0,
            crs=0.6,
            dlt={6: ((*_SEPSIS, 4, 12.0),), 17: ((*_LIVER, 4, 10.0),)},
            criteria="NCCN ALL VERSION 3.2023",
            sites=(
                Site("BONE MARROW", 1.0, ("CRi", "MLFS", "aplastic marrow"), ("CR", "CRh"), "NR", "RELAPSED DISEASE"),
                Site("CENTRAL NERVOUS SYSTEM", 0.25, ("CNS remission",), ("CNS remission",), "NR", "RELAPSED DISEASE"),
                Site("EXTRAMEDULLARY", 0.40, ("PR",), ("CR", "PR"), "SD", "PD"),
            ),
            hsct=0.45,
            gvhd={"PRIORDON": 0.25, "NEWDON": 0.5},
            cd7_share=0.35,
        ),
        "NCT04480788": CourseDesign(
            disease="malignancy",
            follow_up=730.0,
            crs=0.5,
            dlt={6: ((*_SEPSIS, 4, 15.0),)},
            sites=(Site("", 1.0, ("PR", "CR"), ("CR",), "SD", "PD"),),
            hsct=0.35,
        ),
        "NCT07117175": CourseDesign(
            disease="malignancy",
            follow_up=365.0,
            crs=-0.9,
            dlt={3: ((*_LIVER, 3, 6.0), (*_HYPOXIA, 3, 7.0))},
            sites=(Site("", 1.0, ("CRi", "PR"), ("CR", "CRi"), "NR", "RELAPSED DISEASE"),),
            hsct=0.30,
            cd7_share=0.30,
            response=0.2,
            assessed=(28, 60, 91, 182, 273, 364),
        ),
    }
)
"""Trial -> its clinical course."""
