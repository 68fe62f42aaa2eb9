"""Methods of the parameters that need more than one profile: doses, bone marrow, derived units."""

from __future__ import annotations

from cartpk.adpp import DERIVED
from cartpk.config import TrialConfig
from cartpk.report.prose import Grid, Section, days, enumeration, number, paragraphs

__all__ = ["derived"]


def derived(config: TrialConfig) -> Section:
    """Values per dose, marrow beside blood, copies per cell and cells per volume: each with its inputs."""
    per_dose = """
    Cmax, AUClast and the areas over windows are also given per 10⁶ cells of the dose and per 10⁶ cells/kg: the value
    divided by the actual dose of the profile's own infusion, split doses added. They keep the flags of the value.
    Without a dose (or without a body weight where one is needed) there is no value, with the reason. The
    cells multiply after infusion: a value per dose is not expected to be equal between dose levels.
    """
    none = "The config names no dose and no data that could hold one: no value is given per dose."
    text = f"""
    {per_dose if config.asks((), "doses") else none}

    {_marrow(config)}

    {_units(config)}
    """
    rows = tuple((d.code, d.label, d.formula, d.needs, d.source) for d in DERIVED.values())
    columns = ("PARAMCD", "Parameter", "Definition", "Needs", "Name from")
    grid = Grid("Definitions of derived parameters", columns, rows, folded=True)
    return Section("derived", "Values per dose, bone marrow, derived units", paragraphs(text), grids=(grid,))


def _marrow(config: TrialConfig) -> str:
    label = {a.code: a.label for a in config.analytes}
    pairs = enumeration(f"{label[m]} against {label[b]}" for m, b in config.marrow_pairs.items())
    if not pairs:
        return ""
    return f"""
    Ratio of bone marrow to blood: {pairs}. A marrow sample is set against the nearest blood sample of the same subject
    and infusion, at most {days(config.nca.marrow.window_days)} away (of two equally near, the earlier one). A BLQ is no
    number: beside a quantifiable result it makes the ratio a limit, which is listed and not averaged; where both are
    BLQ there is no ratio. A subject's ratio is the geometric mean over its pairs that are both quantifiable.
    """


def _units(config: TrialConfig) -> str:
    nca = config.nca
    if nca.genome_pg is None:
        return "Copies per µg are not converted: the config declares no DNA content of a genome."
    text = f"""
    Derived, not measured: copies/cell = copies/µg × {number(nca.genome_pg)} pg DNA per genome (declared in the config)
    × 10⁻⁶."""
    if not nca.nucleated_cells:
        return text
    counts = enumeration(f"{code}: {' + '.join(measures)}" for code, measures in nca.nucleated_cells.items())
    return f"""{text} CAR+ cells/µL = copies/cell × nucleated cells/µL / vector copy number
    {number(config.product.vcn_copies_per_cell or 0.0)} (declared). Nucleated cells are the nearest cell counts within
    {days(nca.count_window_days)} of the sample ({counts}); a sample without them has no value.
    """
