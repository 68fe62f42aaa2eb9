"""Where a trial's data lie, how their columns are called and how their cells are read."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from cartpk.config.base import Model
from cartpk.config.clinical_data import ClinicalFiles
from cartpk.config.date_formats import date_pattern

__all__ = ["Columns", "Data", "Domains", "Exclusion", "Intake", "Time", "Wide"]


class Columns(Model):
    """Columns of the analyst's tidy table; null = the table has no such column."""

    subject: str = Field("USUBJID", description="Subject identifier, read as text.")
    time: str = Field("TIME_DAY", description="Actual time from the start of the first infusion.")
    nominal_time: str | None = Field(None, description="Planned time of the visit, same unit as time.")
    visit: str | None = Field(None, description="Visit label.")
    value: str = Field("VALUE", description="Result: a number, or text such as <50 or BLQ.")
    unit: str | None = Field("UNIT", description="Unit of the result.")
    lloq: str | None = Field("LLOQ", description="Lower limit of quantification of the sample.")
    lloq_unit: str | None = Field(None, description="Unit of that limit; null = the unit of the result.")
    blq: str | None = Field(None, description="Flag of results below LLOQ (1/0, Y/N, TRUE/FALSE).")
    analyte: str | None = Field(None, description="Analyte or test; null = all rows are the only analyte.")
    specimen: str | None = Field(None, description="Specimen or matrix; null = the specimen of the analyte.")
    method: str | None = Field(None, description="Assay method.")
    dose: str | None = Field(None, description="Dose given to the subject.")
    dose_unit: str | None = Field(None, description="Unit of the dose; null = dosing.unit.")
    weight: str | None = Field(None, description="Body weight, kg.")
    age: str | None = Field(None, description="Age, years.")
    sex: str | None = Field(None, description="Sex (F, M ...).")
    reportable: str | None = Field(
        None,
        description="Mark of the reportable one of several results of one time (Y/N, final/repeat); sdtm: a column of "
        "PC, CP, LB.",
    )
    date: str | None = Field(None, description="Date of the sample: only the unit of time is checked against it.")
    cohort: str | None = Field(None, description="sdtm: column of DM and EX with the cohort; the two must agree.")
    group: str | None = Field(
        None, description="Group by which results are shown (response, source ...); sdtm: a column of DM."
    )
    event_day: str | None = Field(
        None, description="Time of an event that ends the subject's profile (HSCT, death), same unit as time."
    )
    event: str | None = Field(None, description="What that event is.")
    comment: str | None = Field(None, description="Free text, kept in the listing.")


class Domains(Model):
    """Files of the standard (SDTM) way in."""

    pc: tuple[str, ...] = Field(min_length=1, description="PC: concentrations.")
    ex: tuple[str, ...] = Field(min_length=1, description="EX: infusions.")
    dm: tuple[str, ...] = Field(min_length=1, description="DM: subjects.")
    cp: tuple[str, ...] = Field((), description="CP: cell phenotyping (CD7+ counts).")
    lb: tuple[str, ...] = Field((), description="LB: laboratory results, where CD7+ counts are kept there.")
    vs: tuple[str, ...] = Field((), description="VS: body weight (VSTESTCD = WEIGHT, kg).")
    treatment: tuple[str, ...] = Field(
        (), description="Values of EXTRT that are the product; empty = every row of EX is an infusion of it."
    )


class Exclusion(Model):
    """Rows declared not to be measurements; each excluded row becomes a finding."""

    column: str = Field(description="Column that is looked at.")
    equals: str | None = Field(None, description="Exclude rows whose cell equals this text.")
    contains: str | None = Field(None, description="Exclude rows whose cell contains this text.")
    reason: str = Field(min_length=5, description="Why; printed in the listing of excluded records.")

    @model_validator(mode="after")
    def _one_condition(self) -> Exclusion:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("give exactly one of equals and contains")
        return self


class Wide(Model):
    """A table with one column of results per visit, subject or analyte."""

    columns: tuple[str, ...] = Field(min_length=1, description="Columns that hold results.")
    names: Literal["time", "subject", "analyte"] = Field(
        description="What the names of these columns are: times (7 or D7, see time.day_zero), subjects or analytes."
    )


class Data(Model):
    """Input files, relative to the folder in which the workflow is started."""

    layout: Literal["tidy", "sdtm", "adam"] = Field(
        description="tidy = one table with a column map; sdtm = PC + EX + DM (+ CP/LB); adam = ADNCA or ADPC, by the "
        "standard's names."
    )
    tables: tuple[str, ...] = Field((), description="tidy, adam: files, read one after another.")
    infusions: tuple[str, ...] = Field(
        (),
        description="tidy: files of infusions, one row each, with the map's columns subject, time, dose (and "
        "dose_unit): split doses and re-infusions; empty = one infusion at time 0 for every subject.",
    )
    columns: Columns = Field(default_factory=Columns, description="tidy: column map.")
    domains: Domains | None = Field(None, description="sdtm: the domain files.")
    clinical: ClinicalFiles = Field(
        default_factory=ClinicalFiles, description="Response, safety, antibodies, therapies, disposition."
    )
    sheets: dict[str, str] = Field(
        {},
        description="XLSX: kind of file (tables, infusions, pc, ex ... or a table of clinical) -> name of its sheet; "
        "not named = the only sheet that is not empty.",
    )
    max_file_mb: float = Field(
        256.0, gt=0, description="[choice] Size, uncompressed, beyond which a file is not read, MB."
    )
    encoding: str | None = Field(None, description="Text encoding of the files; null = BOM, UTF-8, strict GB18030.")
    skip_rows: int = Field(0, ge=0, description="Lines above the header of the files.")
    header_rows: int = Field(
        1,
        ge=1,
        le=3,
        description="Rows of the header; the names are joined from top to bottom, merged cells fill right.",
    )
    wide: Wide | None = Field(
        None, description="tidy: tables with one column per visit, subject or analyte; null = one row per result."
    )
    exclude: tuple[Exclusion, ...] = Field((), description="Rows that are declared not to be measurements.")
    corrections: str | None = Field(
        None,
        description="CSV of signed decisions on records: ACTION (correct, exclude, exclude_subject), the record (FILE "
        "and ROW, or USUBJID, TIME and ANALYTE; a clinical record always with FILE), FIELD, OLD, NEW, WHO, WHEN, WHY; "
        "the raw files stay untouched.",
    )
    pseudonymised: bool = Field(
        False,
        description="true = somebody has checked that no identifier of the data names a person; false = tables, "
        "figures and report are not written while an identifier (BI-054) or a clinical text (CP-128) looks as if one "
        "did.",
    )
    truth: str | None = Field(None, description="Synthetic data only: the file of true parameters.")

    @field_validator("sheets")
    @classmethod
    def _kinds_exist(cls, sheets: dict[str, str]) -> dict[str, str]:
        kinds = (
            "tables",
            "infusions",
            *(n for n in Domains.model_fields if n != "treatment"),
            *ClinicalFiles.model_fields,
        )
        unknown = sorted(set(sheets) - set(kinds))
        if unknown:
            raise ValueError(f"there is no kind of file {unknown[0]!r}; kinds are {', '.join(kinds)}")
        return sheets

    @model_validator(mode="after")
    def _files_match_layout(self) -> Data:
        if self.layout != "sdtm" and not self.tables:
            raise ValueError(f"layout: {self.layout} needs tables: [FILE.csv, ...]")
        if self.layout != "tidy" and self.infusions:
            where = "the domain ex" if self.layout == "sdtm" else "in the data set itself"
            raise ValueError(f"infusions: belongs to layout: tidy; in {self.layout} the infusions are {where}")
        if self.wide is not None and (self.layout != "tidy" or self.infusions):
            raise ValueError("wide: belongs to layout: tidy without infusions")
        if self.wide is not None and self.wide.names == "analyte" and self.columns.analyte is None:
            raise ValueError("wide: {names: analyte} needs columns: {analyte: NAME}, a name of your own")
        if self.layout == "sdtm" and self.domains is None:
            raise ValueError("layout: sdtm needs domains: {pc: [...], ex: [...], dm: [...]}")
        return self

    def files(self) -> tuple[str, ...]:
        """Every input file of the trial, in reading order."""
        signed = () if self.corrections is None else (self.corrections,)
        if self.layout != "sdtm":
            return (*self.tables, *self.infusions, *self.clinical.files(), *signed)
        d = self.domains
        return () if d is None else (*d.dm, *d.ex, *d.pc, *d.cp, *d.lb, *d.vs, *self.clinical.files(), *signed)


class Time(Model):
    """Time axis: days from the start of the first infusion."""

    unit: Literal["day", "hour"] = Field("day", description="tidy: unit of the time columns.")
    units: dict[str, Literal["day", "hour"]] = Field(
        {}, description="tidy: file -> unit of its time columns, for the files in which it is not time.unit."
    )
    origin: Literal["infusion_start", "infusion_end"] = Field("infusion_start", description="sdtm: time zero.")
    day_zero: Literal["infusion_is_day_0", "infusion_is_day_1"] | None = Field(
        None, description="Study-day convention of visit labels; needed only where dates are absent."
    )
    date_only_clock: str | None = Field(
        None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="[choice] Clock time given to date-only stamps; null = day resolution.",
    )
    date_formats: tuple[str, ...] = Field(
        (),
        description="Forms of dates beside ISO 8601, a time of day may follow: DD/MM/YYYY, YY/M/D (2000 to 2099), "
        "YYYY.M.D, YYYY年M月D日, YYYYMMDD, DD-MMM-YYYY. A date that two of them read differently stops the trial.",
    )
    excel_serial: Literal[1900, 1904] | None = Field(
        None, description="Year from which a spreadsheet counts dates kept as numbers (45231.375); null = not read."
    )
    site_timezone: str | None = Field(
        None,
        description="Time zone of the site (IANA name, e.g. Asia/Shanghai): of times that name none, where another "
        "file's times do.",
    )
    visits: dict[str, float] = Field(
        {}, description="Visit label -> planned day from the infusion, for labels that say no day (EOT, W4+3d, M3)."
    )
    visit_window_days: dict[float, float] = Field(
        {}, description="Nominal day -> allowed deviation, days; outside it a sample is not in the by-visit summary."
    )
    timepoint_unit: Literal["day", "hour"] | None = Field(
        None, description="sdtm: unit of PCTPTNUM, counted from the infusion; null = it is not read as a time."
    )
    split_dose_days: float = Field(
        7.0, ge=0, description="[choice] Infusions within this time of the first are one split dose."
    )

    @field_validator("date_formats")
    @classmethod
    def _dates_can_be_read(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            date_pattern(form)
        return forms

    @field_validator("site_timezone")
    @classmethod
    def _zone_exists(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(
                    f"there is no time zone {name!r}; names are such as Asia/Shanghai, Europe/Berlin"
                ) from None
        return name


class Intake(Model):
    """How cells are read."""

    blq_tokens: tuple[str, ...] = Field(
        ("BLQ", "BQL", "BLOQ", "BQoL", "NQ", "<LOQ", "<LLOQ", "<BLQ", "低于定量下限"),
        description="Texts that mean: below the limit of quantification.",
    )
    not_detected_tokens: tuple[str, ...] = Field(
        ("BLD", "BDL", "NEG", "NEGATIVE", "NOT DETECTED", "阴性", "未检出"),
        description="Texts that mean: not detected.",
    )
    missing_tokens: tuple[str, ...] = Field(
        ("", "NA", "N/A", ".", "-", "/", "NOT DONE", "未做"), description="Texts that mean: no result."
    )
    lloq_from_token: bool = Field(False, description="Use the number of <50 as the row's LLOQ where the row has none.")
    decimal: Literal[".", ","] = Field(".", description="Decimal mark of the numbers in the files.")
    thousands: Literal[",", ".", " "] | None = Field(None, description="Separator of thousands; null = there is none.")
    units: dict[str, str] = Field(
        {}, description="Unit as delivered -> the unit it means (another spelling, never another quantity)."
    )
    below_lloq: Literal["blq", "keep"] = Field(
        "blq", description="A number under its LLOQ without a flag: BLQ, or kept."
    )
    duplicates: Literal["mean", "first", "last", "final"] | None = Field(
        None,
        description="Conflicting results at one time: their mean, the first, the last, or the one that is marked as "
        "reportable (data.columns.reportable); null = the profile is not calculated.",
    )
    strict: bool = Field(False, description="Warnings stop the trial as errors do.")

    @model_validator(mode="after")
    def _marks_differ(self) -> Intake:
        if self.decimal == self.thousands:
            raise ValueError(f"decimal and thousands cannot both be {self.decimal!r}")
        return self
