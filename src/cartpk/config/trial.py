"""The trial: every setting of the workflow with its default, unit and meaning.

One YAML file is one trial. ``null`` means "the registry record does not say" and is printed so in the report.
Every field's ``description`` is its documentation: config/README.md is generated from it.
A description that begins with ``[choice]`` marks a project's choice without an outside source; the report's methods
print the value that was used.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cartpk.config.base import Model, Positive
from cartpk.config.clinical import AnalysisSets, Escalation, Immunogenicity, Safety
from cartpk.config.clinical_reading import Clinical
from cartpk.config.data import Data, Intake, Time
from cartpk.config.effects import Cd7Classes, ExposureResponse
from cartpk.config.efficacy import Efficacy
from cartpk.config.kinetics import Nca
from cartpk.config.models import Models
from cartpk.config.pharmacodynamics import Pharmacodynamics
from cartpk.config.scale import Scale
from cartpk.config.summaries import Subgroup, Summaries
from cartpk.terms import Endpoint, Need

__all__ = ["Analyte", "Dosing", "Population", "Product", "Registry", "Report", "TrialConfig"]


class Registry(Model):
    """What the registry record says about the trial."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="Registry number; names the results folder.")
    title: str | None = Field(None, description="Title shown in the report.")
    sponsor_id: str | None = Field(None, description="The sponsor's study number.")
    phase: str | None = Field(None, description="Phase as the record words it.")
    design: str | None = Field(None, description="Design in words.")
    planned_n: int | None = Field(None, gt=0, description="Planned number of subjects.")
    indication: str | None = Field(None, description="Disease studied.")
    age_years: tuple[float, float] | None = Field(None, description="Age limits of the record, years.")
    notes: tuple[str, ...] = Field((), description="What a reader of the record must know (traps, lost superscripts).")


class Product(Model):
    """The infused product."""

    name: str = Field(description="Product as printed in titles.")
    cell: Literal["T", "NK"] = Field(description="Effector cell: decides peak window and default kinetic model.")
    source: tuple[str, ...] | None = Field(None, description="Cell sources, e.g. autologous, prior_hsct_donor.")
    route: str | None = Field(None, description="Route of administration.")
    lymphodepletion: tuple[str, ...] | None = Field(None, description="Lymphodepleting agents.")
    vcn_copies_per_cell: Positive | None = Field(None, description="Vector copy number of the product, copies/cell.")
    notes: tuple[str, ...] = Field((), description="Further facts of the record, e.g. bag size.")


class Dosing(Model):
    """Dose basis and levels."""

    basis: Literal["flat", "per_kg"] | None = Field(None, description="Flat dose or dose per kg body weight.")
    unit: str | None = Field(None, description="Unit of the dose levels.")
    levels: tuple[Positive, ...] | None = Field(None, description="Planned dose levels, ascending.")
    tolerance_pct: float = Field(
        30.0, gt=0, description="[choice] Actual dose within this % of the level is as planned."
    )
    record_text: str | None = Field(None, description="The record's own words on dose, where they need quoting.")


class Analyte(Model):
    """One assay of the product's cells in one specimen: its profiles are never pooled with another's."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$", description="Short code (SDTM PCTESTCD).")
    label: str = Field(description="Name as printed.")
    match: tuple[str, ...] = Field(
        (), description="Values of the analyte column that mean this analyte; empty = code and label."
    )
    specimen: str = Field("BLOOD", description="CDISC specimen (BLOOD; BONE MARROW, LIQUID; ...).")
    method: str | None = Field(None, description="Assay method, e.g. qPCR, ddPCR, flow cytometry.")
    unit: str | None = Field(None, description="Unit; null = taken from the data, which must carry one.")
    lloq: Positive | None = Field(None, description="Lower limit of quantification, where the data carry none.")
    primary: bool = Field(False, description="The analyte of the key results; the first one where none is marked.")


class Population(Model):
    """Analysis population facts of the record."""

    cd7_entry: str | None = Field(None, description="CD7 entry criterion in the record's words.")
    cd7_class: dict[str, str] | None = Field(None, description="CD7 expression classes in the record's words.")
    cd7_classes: Cd7Classes | None = Field(
        None, description="The same in numbers, for samples of data.clinical.tumour_cd7; null = no classes."
    )
    subgroups: tuple[Subgroup, ...] = Field(
        (Subgroup(column="response"), Subgroup(column="crs_grade"), Subgroup(column="tocilizumab_or_steroids")),
        description="[choice] Groups by which exposure is also shown: columns of the data (cell source ...) and groups "
        "that the analysis makes; a bare name is either. The column data.columns.group is one of them. A group without "
        "data is left out.",
    )


class Report(Model):
    """The page."""

    title: str | None = Field(None, description="Heading; null = product and trial number.")
    data_cut: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Date of the data cut, YYYY-MM-DD.")
    synthetic: bool = Field(description="true = simulated data; every page says so.")
    dates: bool = Field(
        False,
        description="true = dates of samples and infusions stand in the outputs; false = study days only: ADTM and "
        "TRTSDTM are empty and dates are masked in the findings.",
    )
    exports: tuple[Literal["xpt", "xlsx", "pdf", "slides"], ...] = Field(
        ("xpt", "xlsx"),
        description="Files for other tools under exports/. xpt: ADaM and SDTM PP as CSV and SAS transport files with "
        "the list of variables; xlsx: all tables as one workbook; pdf: every figure as PDF, and figures.zip; slides: "
        "every figure as PNG of 1920 x 1080. The last two draw every figure anew.",
    )
    significant_digits: int = Field(3, ge=2, le=6, description="[choice] Digits printed for concentrations and areas.")
    summaries: Summaries = Field(default_factory=Summaries, description="Group statistics of tables and figures.")

    @field_validator("data_cut")
    @classmethod
    def _is_a_day(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                date.fromisoformat(text)
            except ValueError as error:
                raise ValueError(f"{text} is no day of the calendar") from error
        return text


class TrialConfig(Model):
    """A trial's whole configuration."""

    trial: Registry
    endpoints: dict[Endpoint, str | None] = Field(
        {},
        description="Endpoint -> the record's own words; null = not in the record, shown where there are data. One "
        "that is not named is not shown. Empty = every exhibit is shown, or says what it would need.",
    )
    product: Product
    population: Population = Field(default_factory=Population)
    dosing: Dosing = Field(default_factory=Dosing)
    data: Data
    time: Time = Field(default_factory=Time)
    intake: Intake = Field(default_factory=Intake)
    sets: AnalysisSets = Field(default_factory=AnalysisSets)
    analytes: tuple[Analyte, ...] = Field(min_length=1, description="Assays of the product's cells.")
    nca: Nca = Field(default_factory=Nca)
    models: Models = Field(default_factory=Models)
    pharmacodynamics: Pharmacodynamics = Field(default_factory=Pharmacodynamics)
    escalation: Escalation = Field(default_factory=Escalation)
    efficacy: Efficacy = Field(default_factory=Efficacy)
    safety: Safety = Field(default_factory=Safety)
    immunogenicity: Immunogenicity = Field(default_factory=Immunogenicity)
    exposure_response: ExposureResponse = Field(default_factory=ExposureResponse)
    clinical: Clinical = Field(default_factory=Clinical)
    scale: Scale = Field(default_factory=Scale)
    report: Report

    @model_validator(mode="after")
    def _codes_are_unique(self) -> TrialConfig:
        codes = [a.code for a in self.analytes] + [m.code for m in self.pharmacodynamics.measures]
        twice = sorted({c for c in codes if codes.count(c) > 1})
        if twice:
            raise ValueError(f"codes of analytes and measures must differ; given twice: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _derived_quantities_are_declared(self) -> TrialConfig:
        analytes = {a.code: a for a in self.analytes}
        counts = {m.code for m in self.pharmacodynamics.measures if m.kind == "absolute"}
        nca = self.nca
        for code in (*nca.marrow.pairs, *nca.marrow.pairs.values(), *nca.nucleated_cells):
            if code not in analytes:
                raise ValueError(f"nca names the analyte {code!r}; there are: {', '.join(analytes)}")
        for code in (code for codes in nca.nucleated_cells.values() for code in codes):
            if code not in counts:
                raise ValueError(
                    f"nca.nucleated_cells names {code!r}; counts are: {', '.join(sorted(counts)) or 'none'}"
                )
        if nca.nucleated_cells and not (nca.genome_pg and self.product.vcn_copies_per_cell):
            raise ValueError("nca.nucleated_cells needs nca.genome_pg and product.vcn_copies_per_cell")
        return self

    @model_validator(mode="after")
    def _something_drives_the_counts(self) -> TrialConfig:
        if self.pharmacodynamics.dynamics is not None and not self.models.fit:
            raise ValueError("pharmacodynamics.dynamics is driven by the first model of models.fit, which is empty")
        return self

    @model_validator(mode="after")
    def _groups_can_be_told_apart(self) -> TrialConfig:
        columns = [g.column for g in self.population.subgroups]
        names = [g.name for g in (*self.groupings.values(), *self.outcome_groupings.values())]
        if len(set(columns)) < len(columns) or len(set(names)) < len(names):
            raise ValueError(f"population.subgroups: a column or label stands twice: {', '.join(names)}")
        dose = self.report.summaries.reference_dose
        if dose is not None and dose not in (self.dosing.levels or ()):
            raise ValueError(f"report.summaries.reference_dose {dose:g} is none of dosing.levels")
        return self

    def asks(self, endpoints: Iterable[Endpoint], needs: Need | None = None) -> bool:
        """Whether one of these endpoints belongs to this trial, and what an exhibit needs is asked for.

        What answers no endpoint in particular belongs to every trial; None = nothing is needed.
        """
        wanted, population = tuple(endpoints), self.models.population
        there = {
            None: True,
            "models": bool(self.models.fit),
            "population": population is not None,
            "covariates": population is not None and bool(population.covariates),
            "plan": population is not None and population.plan,
            "dynamics": self.pharmacodynamics.dynamics is not None,
            "doses": self._names_doses,
            "derived_units": self.nca.genome_pg is not None,
        }
        return there[needs] and (not wanted or not self.endpoints or any(e in self.endpoints for e in wanted))

    @property
    def _names_doses(self) -> bool:
        """Whether a dose is planned, or can be in the data: in a column, or in the infusions."""
        dosing, data = self.dosing, self.data
        named = (dosing.basis, dosing.unit, dosing.levels, data.columns.dose, data.columns.cohort, data.domains)
        return any(value is not None for value in named) or bool(data.infusions)

    @property
    def groupings(self) -> dict[str, Subgroup]:
        """Column of ADSL (GROUP, GROUP2 ...) -> the column of the data that it holds."""
        named = tuple(g for g in self.population.subgroups if g.outcome is None)
        group = self.data.columns.group
        own = () if group is None or group in {g.column for g in named} else (Subgroup(column=group),)
        return {f"GROUP{k if k > 1 else ''}": g for k, g in enumerate((*own, *named), start=1)}

    @property
    def outcome_groupings(self) -> dict[str, Subgroup]:
        """Code of a group that the analysis makes (RESP, CRS ...) -> its setting, in the order of the config."""
        return {g.outcome: g for g in self.population.subgroups if g.outcome is not None}

    def files(self) -> tuple[str, ...]:
        """Every input file of the trial: its data, then an analyst's decisions."""
        return (*self.data.files(), *self.nca.files())

    @property
    def marrow_pairs(self) -> dict[str, str]:
        """Marrow analyte -> the blood analyte it is set against, for those that have one."""
        found = dict(self.nca.marrow.pairs)
        for marrow in (a for a in self.analytes if "MARROW" in a.specimen.upper() and a.code not in found):
            same = [
                a.code
                for a in self.analytes
                if "BLOOD" in a.specimen.upper() and (a.method, a.unit) == (marrow.method, marrow.unit)
            ]
            if len(same) == 1:
                found[marrow.code] = same[0]
        return found

    @property
    def primary_analyte(self) -> Analyte:
        """The analyte of the key results."""
        return next((a for a in self.analytes if a.primary), self.analytes[0])
