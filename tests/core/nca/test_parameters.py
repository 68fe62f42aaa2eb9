"""The registry: one sweep over everything in it."""

import csv

import numpy as np
import pytest

from cartpk.core.nca import PARAMETERS, REASONS, Group, NcaSettings, Profiles, UnitRule, calculate, unit_of
from cartpk.core.nca.parameters import SPONSOR, parameter

pytestmark = pytest.mark.requirement("URS-211")


@pytest.mark.parametrize("entry", PARAMETERS.values(), ids=PARAMETERS)
def test_an_entry_says_what_it_is(entry):
    assert len(entry.code) <= 8
    assert entry.code.isalnum()
    assert entry.code.isupper()
    assert entry.label
    assert len(entry.formula) > 8
    assert entry.source
    assert entry.compute.__doc__
    assert (entry.cdisc == SPONSOR) == (entry.source == "[sponsor definition]")


def test_labels_are_unique():
    labels = [entry.label for entry in PARAMETERS.values()]
    assert len(set(labels)) == len(labels)


def test_cdisc_codes_and_labels_are_those_of_the_terminology(reference):
    file = reference.parent / "domain" / "ct_pkparm_2025-03-25.csv"
    with file.open(encoding="utf-8") as stream:
        terms = {row["PPTESTCD"]: row for row in csv.DictReader(stream)}
    found = 0
    for code, entry in PARAMETERS.items():
        if code in terms:
            found += 1
            assert (entry.cdisc, entry.label) == (terms[code]["c_code"], terms[code]["PPTEST"])
    assert found >= 18


@pytest.mark.parametrize("entry", PARAMETERS.values(), ids=PARAMETERS)
def test_every_parameter_gives_a_value_or_a_reason(entry):
    rng = np.random.default_rng(11)
    n, per = 400, 7
    day = np.sort(rng.uniform(-1, 60, (n, per)), axis=1).ravel()
    day[::per] = np.where(rng.random(n) < 0.7, 0.0, day[::per])
    conc = np.where(rng.random(n * per) < rng.random(n).repeat(per), 0.0, rng.lognormal(3, 2, n * per))
    p = Profiles.from_arrays(np.repeat(np.arange(n), per), day, conc, n_profiles=n + 2)
    for post in (False, True):
        got = calculate(p, NcaSettings(post_infusion=post), (), codes=(entry.code,))
        value, reason = got.value[entry.code], got.reasons[entry.code]
        assert ((reason == 0) == np.isfinite(value)).all()
        assert (reason < len(REASONS)).all()
        assert entry.code == "R2ADJ" or (value[reason == 0] >= 0).all()
        assert (reason == 0).any()
        assert (reason[-2:] != 0).all()  # profiles without a row


def test_units():
    assert unit_of(UnitRule.CONC_DAY, "cells/uL") == "day*cells/uL"
    assert unit_of(UnitRule.CONC_DAY2, "cells/uL") == "day^2*cells/uL"
    assert unit_of(UnitRule.PER_DAY, "x") == "1/day"
    assert unit_of(UnitRule.ONE, "x") == ""


def test_a_code_is_new_and_short():
    entry = PARAMETERS["CMAX"]
    for code in ("CMAX", "TOOLONGCODE"):
        with pytest.raises(ValueError, match=code):
            parameter(
                code, entry.label, SPONSOR, entry.unit, entry.summary, entry.formula, entry.source, Group.STANDARD
            )
    assert PARAMETERS["CMAX"] is entry
