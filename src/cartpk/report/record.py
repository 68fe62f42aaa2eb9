"""What the registry record says of the trial, fact by fact; what it does not say is None and printed so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.prose import days, enumeration, number
from cartpk.tables.printing import dose, rule_text
from cartpk.terms import Endpoint

__all__ = ["Fact", "Record", "dose_levels", "heading", "record", "sentence"]


_HALF_LINE: Final = 140
"""Letters that fit beside another fact."""


@dataclass(frozen=True)
class Fact:
    """One fact of the record; ``value`` None = not stated."""

    label: str
    value: str | None

    @property
    def long(self) -> bool:
        """Whether it needs the whole width."""
        return self.value is not None and len(self.value) > _HALF_LINE


@dataclass(frozen=True)
class Record:
    """The facts of the title block, those of the sections that this release only prints, and the record's traps."""

    facts: tuple[Fact, ...]
    more: tuple[Fact, ...]
    notes: tuple[str, ...]


def heading(config: TrialConfig) -> tuple[str, ...]:
    """Title of the page, in parts that stay together on a line: the config's, or product and trial."""
    return (config.report.title,) if config.report.title else (config.product.name, config.trial.id)


def sentence(config: TrialConfig, n_subjects: int) -> str:
    """The trial in one line: what is given, for what, in which phase and design, to how many.

    Parameters
    ----------
    config
        The trial.
    n_subjects
        Subjects in the data.
    """
    trial = config.trial
    what = f"{config.product.name} for {trial.indication}" if trial.indication else config.product.name
    phase = trial.phase if trial.phase is None or "phase" in trial.phase.lower() else f"phase {trial.phase}"
    parts = [what, phase, trial.design]
    planned = f" of {trial.planned_n} planned" if trial.planned_n else ""
    subjects = "subject" if n_subjects == 1 and not trial.planned_n else "subjects"
    return f"{'; '.join(p for p in parts if p)}. {n_subjects}{planned} {subjects} in these data."


_ABBREVIATIONS: Final = frozenset({"cns", "hsct", "ihc", "mfi", "orr"})
"""Words of codes that are written in capitals."""


def dose_levels(config: TrialConfig) -> str | None:
    """Planned dose levels with their unit."""
    if not config.dosing.levels:
        return None
    levels = enumeration(dose(level) for level in config.dosing.levels)
    return f"{levels} {config.dosing.unit or '(unit not stated)'}"


def record(config: TrialConfig) -> Record:
    """Every fact of the record that the config holds or leaves open."""
    quoted = (f'"{note}".' for note in config.product.notes)
    return Record(_facts(config), (*_escalation(config), *_outcomes(config)), (*config.trial.notes, *quoted))


def _facts(config: TrialConfig) -> tuple[Fact, ...]:
    trial, product, dosing = config.trial, config.product, config.dosing
    kind = f"CAR-{product.cell}"
    basis = {"flat": "flat dose", "per_kg": "per kg body weight", None: None}[dosing.basis]
    ages = None if trial.age_years is None else f"{number(trial.age_years[0])} to {number(trial.age_years[1])} years"
    pairs: dict[str, object] = {
        "Registry number": trial.id,
        "Title": trial.title,
        "Sponsor's study number": trial.sponsor_id,
        "Product": product.name if kind in product.name else f"{product.name} ({kind} cells)",
        "Cell source": product.source,
        "Route": product.route,
        "Lymphodepletion": product.lymphodepletion,
        "Disease": trial.indication,
        "Age": ages,
        "Phase": trial.phase,
        "Design": trial.design,
        "Planned subjects": trial.planned_n,
        "Dose basis": basis,
        "Dose levels": dose_levels(config),
        "Dose in the record's words": dosing.record_text,
        "CD7 at entry": config.population.cd7_entry,
        "CD7 expression classes": config.population.cd7_class,
        "Data cut": config.report.data_cut or "not stated",  # a fact of the data, not of the record
    }
    return _as_facts(pairs)


def _escalation(config: TrialConfig) -> tuple[Fact, ...]:
    rule = config.escalation
    window = None if rule.dlt_window_days is None else days(rule.dlt_window_days)
    if window is None and any(level.window_days for level in rule.levels):
        window = "differs by dose level, see below"
    facts = _as_facts(
        {
            "Escalation design": rule.design,
            "DLT window": window,
            "Time frame of the DLT endpoint": rule.registry_timeframe,
            "Opening of the next group": rule.stagger,
            "What is counted": rule.count_unit,
            "Recommended dose": rule.rp2d,
        }
    )
    rules = _rules("DLT rule", rule.rules)
    for i, level in enumerate(rule.levels, start=1):
        first, last = level.window_days or (0.0, 0.0)
        span = days(last) if first == last else f"{number(first)} to {days(last)}"
        rules += (
            Fact(f"Level {i}: design", None if level.design is None else _words(level.design)),
            Fact(f"Level {i}: DLT window", span if level.window_days else None),
            *_rules(f"Level {i}: rule", level.rules),
        )
    return facts + rules


def _rules(label: str, rules: Mapping[str, str | None]) -> tuple[Fact, ...]:
    return tuple(Fact(f"{label} {rule_text(state)}", said) for state, said in rules.items())


def _outcomes(config: TrialConfig) -> tuple[Fact, ...]:
    efficacy, safety = config.efficacy, config.safety
    window = None if efficacy.orr_window_days is None else f"± {days(efficacy.orr_window_days)}"
    return _as_facts(
        {
            "Efficacy endpoint": efficacy.endpoint,
            "Response rate at months": efficacy.orr_months,
            "Window about it": window,
            "Response criteria": efficacy.criteria,
            "Responses that count": efficacy.responders,
            "How sites combine": efficacy.site_combination_rule,
            "Time-to-event endpoints": _enumerated(_of_record(config)),
            "Caution on efficacy": efficacy.caution,
            "Primary safety endpoint": safety.primary,
            "Grading of adverse events": safety.grading,
            "Dictionary of adverse events": safety.dictionary,
            "Time frame of safety": safety.timeframe,
            "Immunogenicity endpoint": config.immunogenicity.endpoint,
        }
    )


def _of_record(config: TrialConfig) -> dict[str, str] | None:
    """Time-to-event endpoints of the record: those that are shown beside it (``endpoints``: null) are not."""
    named = config.efficacy.time_to_event or {}
    kept = {
        str(n): str(o) for n, o in named.items() if not config.endpoints or config.endpoints.get(Endpoint(n.lower()))
    }
    return kept or None


def _enumerated(origins: Mapping[str, str] | None) -> str | None:
    """Times to events with what they count from."""
    if origins is None:
        return None
    return enumeration(f"{name} from {_words(origin)}" for name, origin in origins.items())


def _as_facts(pairs: Mapping[str, object]) -> tuple[Fact, ...]:
    return tuple(Fact(label, _text(value)) for label, value in pairs.items())


def _text(value: object) -> str | None:
    """A fact's value in words; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{_words(key)}: {_text(item)}" for key, item in value.items())
    if isinstance(value, Sequence):
        return enumeration(_words(item) for item in value)
    return str(value)


def _words(code: object) -> str:
    """A code of the config as words: ``prior_hsct_donor`` is read as "prior HSCT donor"."""
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in str(code).split("_"))
