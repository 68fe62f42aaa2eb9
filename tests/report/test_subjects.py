"""A page per subject: its sentences say what the files hold; in a browser it can be read, reached and printed."""

from __future__ import annotations

import base64
import json
import math
import re
import shutil
import subprocess
import time
from contextlib import chdir
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import axe_playwright_python
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Page
from sample_run import AFTER, AGAIN, CONFIG, NEVER, OUTSIDE, ROOT, sample  # noqa: F401 - the fixture
from test_browser import BROWSER, DRIVER, Browser

from cartpk.config import load as load_config
from cartpk.core.nca import REASONS, BlqRule
from cartpk.core.nca.blq import apply_rule
from cartpk.core.nca.flags import Flag
from cartpk.core.nca.reasons import MoreReasons
from cartpk.fits.rows import FitFlag
from cartpk.pharmacodynamics.profiles import PdFlag, PdReason
from cartpk.report.page_data import subject_places
from cartpk.report.subjects import subject_data
from cartpk.report.subjects import words as plain
from cartpk.report.subjects.answers import area_sentence
from cartpk.report.subjects.coding import Texts, starts
from cartpk.report.subjects.curves import thinned, verdict
from cartpk.report.subjects.kinetics import Profile, uses
from cartpk.report.subjects.people import people
from cartpk.report.subjects.timeline import LANES, events
from cartpk.tables.printing import days
from cartpk.terms import ALL_SUBJECTS, AucFlag
from cartpk.trial_data import load

pytestmark = pytest.mark.requirement("URS-607")

NAN = float("nan")


@pytest.fixture(scope="module")
def data(sample):  # noqa: F811
    return load(sample)


@pytest.fixture(scope="module")
def config():
    with chdir(ROOT):
        return load_config(CONFIG)


def test_without_dose_levels_a_subject_has_none(data, config):
    adsl = data.adsl.assign(COHORT=ALL_SUBJECTS, COHORTN=1.0)
    assert set(people(replace(data, adsl=adsl), config, Texts())["dose"]) == {-1}
    assert -1 not in people(data, config, Texts())["dose"]


@pytest.fixture(scope="module")
def made(data, config):
    return subject_data(data, config)


@pytest.fixture(scope="module")
def said(data, made):
    """Subject -> the sentences of its profiles, in their order."""
    found = {}
    for i, subject in enumerate(subject_places(data)):
        profiles = range(made["profiles"]["start"][i], made["profiles"]["start"][i + 1])
        found[subject] = [[made["texts"][code] for code in made["answers"][k]] for k in profiles]
    return found


# --- what the block holds -------------------------------------------------------------------------------------------


def test_the_block_is_small_and_its_places_hold(data, made):
    subjects = len(data.adsl)
    assert len(json.dumps(made)) < 12_000 * subjects
    for block in ("timeline", "findings"):
        assert made[block]["start"][-1] == len(made[block]["file"])
        assert len(made[block]["start"]) == subjects + 1
    assert len(made["samples"]["use"]) == len(data.adnca)
    assert all(code >= 0 for code in made["samples"]["use"]), "a sample of which nothing is said"
    assert len(made["values"]["text"]) == len(data.adpp)
    assert max(made["samples"]["use"]) < len(made["texts"])


def test_every_subject_that_came_in_has_its_page(data, made):
    assert made["people"]["id"] == list(subject_places(data))
    assert set(made["people"]["id"]) == set(data.adsl["USUBJID"])


def test_rows_must_stand_by_owner():
    with pytest.raises(ValueError, match="order of their owners"):
        starts([1, 0], 2)
    assert starts([], 2) == [0, 0, 0]


def test_texts_are_held_once():
    texts = Texts()
    assert texts.codes(["x", "y", "x", NAN]) == [0, 1, 0, -1]
    assert texts.all == ["x", "y"]


# --- plain words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [*REASONS[1:], *(str(r) for r in PdReason)])
def test_every_reason_has_plain_words(reason):
    words = plain.reason_words(reason)
    internal = {"no result", "not used in the analysis", "not after baseline", "the unit of the dose is not stated"}
    assert words != reason or reason in internal
    assert "PPREASND" not in words
    assert not words.endswith(".")


def test_every_flag_has_plain_words():
    named = {str(one.name) for one in Flag} | {str(f) for f in (*AucFlag, *FitFlag, *PdFlag)}
    assert named <= set(plain.FLAGS), named - set(plain.FLAGS)


# --- samples --------------------------------------------------------------------------------------------------------

VALUES = st.lists(st.one_of(st.just(None), st.sampled_from([120.0, 340.0, 900.0, 5000.0])), min_size=2, max_size=9)


def profile(values) -> pd.DataFrame:
    n = len(values)
    day = np.arange(1.0, n + 1)
    return pd.DataFrame(
        {
            "AFRLT": day, "ARRLT": day, "AVAL": [NAN if v is None else v for v in values], "ALLOQ": 100.0,
            "BLQFL": ["Y" if v is None else "N" for v in values], "BLQCLASS": "QUANTIFIABLE", "ANLFL": "Y",
            "NCAXFL": "N", "ANLRS": None,
        }
    )  # fmt: skip


@pytest.mark.parametrize("rule", [rule for rule in BlqRule if rule is not BlqRule.HALF_LLOQ_ALL])
@given(values=VALUES)
def test_what_is_said_of_a_blq_sample_is_what_the_analysis_does(rule, values):
    rows = profile(values)
    blq = rows["BLQFL"].eq("Y").to_numpy()
    conc = rows["AVAL"].fillna(0.0).to_numpy()
    day = rows["ARRLT"].to_numpy()
    seen = np.flatnonzero(~blq)
    first, peak, last = (
        (day[seen[0]], day[seen[np.argmax(conc[seen])]], day[seen[-1]]) if seen.size else (NAN, NAN, NAN)
    )
    marks = (np.array([first]), np.array([peak]), np.array([last]))
    offsets = np.array([0, len(day)])
    kept = apply_rule(rule, offsets, day, conc, np.full(len(day), 100.0), marks, np.zeros(len(day), dtype=bool))
    value = dict(zip(kept.source.tolist(), kept.conc.tolist(), strict=True))
    for i, text in enumerate(uses(rows, (math.inf, ""), str(rule), [""] * len(values))):
        if not blq[i]:
            assert text == "used"
        elif i not in value:
            assert text == "BLQ: left out of the areas"
        else:
            assert (
                text == {0.0: "BLQ: counts as 0 in areas", 50.0: "BLQ: counts as half of its LLOQ in areas"}[value[i]]
            )


def test_a_sample_after_the_event_or_left_out_says_why():
    rows = profile([120.0, None, 900.0]).assign(ANLFL=["Y", "Y", "N"], ANLRS=[None, None, "haemolysed"])
    first, second, third = uses(rows, (1.5, "re-infusion"), "drop", [""] * 3)
    assert first == "used"
    assert second == "not used: after the re-infusion on day 1.50, which ends the profile"
    assert third == "not used: haemolysed"
    signed = uses(rows, (math.inf, ""), "drop", ["exclude sample, by A (2031-01-01): carry-over", "", ""])
    assert signed[0] == "left out of the NCA: exclude sample, by A (2031-01-01): carry-over"


@pytest.mark.parametrize(
    ("day", "told"),
    [([1.0, 2.0], "day 2.00"), ([30.0, 60.0], "day 30.0"), ([2.0, 30.0], "day 2.00 and day 30.0")],
)
def test_samples_next_to_an_unseen_peak_are_named_on_either_side(day, told, config):
    rows = profile([120.0, 340.0]).assign(AFRLT=day, ARRLT=day, USE="used")
    area = {"AVAL": NAN, "PPREASND": str(MoreReasons.PEAK_NOT_SAMPLED), "FLAG": "", "PCTEXTR": NAN}
    one = Profile(("S-01", "CAR", "BLOOD", "INFUSION 1"), 0.0, (math.inf, ""), rows, (NAN, NAN))
    assert f"the samples next to it are of {told}." in area_sentence(one, {"AUC0_28D": area}, 28.0, config)


@given(
    peak=st.floats(3, 60), rise=st.floats(0.1, 1.5), fall=st.floats(0.01, 0.4), end=st.floats(70, 400), n=st.just(220)
)
def test_a_thinned_curve_keeps_ends_peak_and_shape(peak, rise, fall, end, n):
    day = np.sort(np.append(np.linspace(0, end, n), peak))
    height = np.where(day < peak, rise * (day - peak), -fall * (day - peak))
    value = np.exp(np.maximum(height, -12.0))
    kept = thinned(day, value, 40)
    assert len(kept) <= 40
    assert {0, len(day) - 1, int(np.argmax(value))} <= set(kept.tolist())
    again = np.exp(np.interp(day, day[kept], np.log(value[kept])))
    assert np.max(np.abs(np.log(again / value))) < 0.02 * np.ptp(np.log(value)) + 1e-9


# --- sentences ------------------------------------------------------------------------------------------------------


def first_infusion(data, subject):
    rows = data.adpp[data.adpp["USUBJID"].eq(subject) & data.adpp["ATPTREF"].eq("INFUSION 1")]
    return rows[rows["PARCAT1"].eq("NCA")].set_index("PARAMCD")


def test_every_missing_area_is_explained_with_its_flag(data, said):
    missing = data.adpp[data.adpp["PARAMCD"].str.fullmatch(r"AUC0_\d+D") & data.adpp["AVAL"].isna()]
    assert len(missing) >= 5
    for row in missing.to_dict("records"):
        name = row["PARAMCD"].replace("AUC0_", "AUC0-").replace("D", "d")
        sentences = [s for profile in said[row["USUBJID"]] for s in profile if s.startswith(f"{name} has no value")]
        told = plain.reason_words(row["PPREASND"])
        assert any(told in s and (row["FLAG"] or "") in s for s in sentences) or not said[row["USUBJID"]], row[
            "USUBJID"
        ]


def test_the_blq_samples_that_are_named_are_those_of_the_file(data, said):
    named = 0
    for subject, profiles in said.items():
        own = data.adnca[data.adnca["USUBJID"].eq(subject) & data.adnca["ATPTREF"].eq("INFUSION 1")]
        row = data.adsl.set_index("USUBJID").loc[subject]
        kept = own[own["ANLFL"].eq("Y") & own["ARRLT"].gt(0) & own["AFRLT"].le(np.nan_to_num(row["EVENTDY"], nan=1e9))]
        below = [days(float(d)) for d in kept.loc[kept["BLQFL"].eq("Y"), "ARRLT"].sort_values()]
        if not len(own) or subject == OUTSIDE:
            continue
        (sentence,) = [s for s in profiles[0] if "below the limit" in s.split(":")[0] or " BLQ: " in s][-1:]
        listed = re.findall(r"\d+\.\d+", sentence.partition("BLQ: ")[2].partition(";")[0])
        assert listed == below, subject
        named += len(below)
    assert named > 60


def test_the_half_life_is_told_with_what_it_is_worth(data, said):
    for subject, profiles in said.items():
        rows = first_infusion(data, subject)
        if "LAMZHL" not in rows.index or not profiles:
            continue
        (sentence,) = [s for s in profiles[0] if "terminal half-life" in s and not s.startswith("AUC")]
        flags = str(rows.loc["LAMZHL", "FLAG"])
        if pd.isna(rows.loc["LAMZHL", "AVAL"]):
            assert sentence.startswith("There is no terminal half-life: ")
        elif "R2_LOW" in flags or "SPAN_SHORT" in flags:
            assert "It is a weak one" in sentence
            assert "extends no area" in sentence
        else:
            assert "meets the limits" in sentence


def test_one_who_never_expanded_is_told_so(said):
    (sentences,) = said[NEVER]
    assert sentences[0].startswith("No expansion was seen: every result after the infusion is below the limit")
    assert any(s.startswith("15 of 15 usable results after the infusion are BLQ") for s in sentences)


def test_a_re_infusion_ends_a_profile_and_begins_another(data, made, said):
    i = list(subject_places(data)).index(AGAIN)
    first, second = said[AGAIN]
    assert any("The event: re-infusion, day 45.0." in s for s in first)
    assert made["profiles"]["shift"][made["profiles"]["start"][i] + 1] == pytest.approx(AFTER, abs=1e-3)
    infusions = [e.start for e in events(data) if e.subject == AGAIN and e.lane == "infusion"]
    assert infusions == pytest.approx([0.0, AFTER], abs=1e-3)
    assert second


def test_one_outside_the_analysis_says_why(data, made):
    i = list(subject_places(data)).index(OUTSIDE)
    people = made["people"]
    assert "no infusion on record" in made["texts"][people["excluded"][i]]
    reasons = {made["texts"][name]: code for name, code in people["sets"][i]}
    assert all(code >= 0 for code in reasons.values())
    assert not [e for e in events(data) if e.subject == OUTSIDE and e.lane == "infusion"], "none is on record"


def test_the_timeline_holds_every_event_of_special_interest_and_every_dlt(data):
    found = [e for e in events(data) if e.lane in LANES]
    adae, adcm, adevent = data.clinical.adae, data.clinical.adcm, data.clinical.adevent
    count = {lane: sum(e.lane == lane for e in found) for lane in LANES}
    assert count["special"] == adae["AESI"].notna().sum() > 0
    assert count["dlt"] == adae["DLTFL"].eq("Y").sum() > 0
    used = adcm[adcm["ANLFL"].eq("Y")]
    assert count["tocilizumab"] == used["CLASS"].eq("TOCILIZUMAB").sum()
    assert count["steroid"] == used["CLASS"].eq("STEROID").sum()
    assert count["end"] + count["therapy"] == adevent["ANLFL"].eq("Y").sum() > 0
    assert all(e.file for e in found if e.lane != "infusion")


@pytest.mark.parametrize(
    ("flag", "low", "high", "value", "says"),
    [
        ("LOWER_ONLY", 40.6, NAN, NAN, "> 40.6 days; the data do not bound it from above"),
        ("UPPER_ONLY", NAN, 3.0, NAN, "< 3.00 days; the data do not bound it from below"),
        ("NOT_IDENTIFIED", NAN, NAN, NAN, "bound it on neither side; no value is to be read from the fit"),
        (None, 20.0, 60.0, 31.0, "31.0 days, 95 % limits 20.0 to 60.0"),
        ("AT_BOUND", 20.0, 60.0, 31.0, "Flagged AT_BOUND"),
    ],
)
def test_a_half_life_is_worth_what_the_data_give(flag, low, high, value, says):
    fit = {"MODEL": "stein", "METHOD": "STEIN MAP M3", "NOBS": 9, "NBLQ": 2, "SIGMA": 0.4, "CONVERGED": "Y"}
    fits = pd.DataFrame([{**fit, "ATBOUND": None, "MESSAGE": None}])
    row = {"PPANMETH": "STEIN MAP M3", "PARAMCD": "HLBETA", "AVAL": value, "AVALLO": low, "AVALHI": high, "FLAG": flag}
    sentences = list(verdict(fits, None, pd.DataFrame([{**row, "PPREASND": None}]), "stein"))
    assert says in sentences[-1]
    assert sentences[-1].startswith("Half-life of persistence: ")


def test_a_close_runner_up_decides_nothing():
    fit = {"METHOD": "STEIN MAP M3", "NOBS": 9, "NBLQ": 0, "SIGMA": 0.4, "CONVERGED": "N", "ATBOUND": "rho;fb"}
    fits = pd.DataFrame([{**fit, "MODEL": "stein", "MESSAGE": None}])
    choice = pd.DataFrame({"MODEL": ["stein", "gamma"], "DELTA": [1.2, 0.0], "CHOSEN": ["Y", "N"]})
    told = " ".join(verdict(fits, choice, None, "stein"))
    assert "its criterion 1.2 below: a difference this small decides nothing" in told
    assert "stopped before it reached an optimum" in told
    assert "without hold in the data: rho, fb" in told
    none = pd.DataFrame([{"MESSAGE": "too few samples"}])
    assert list(verdict(none, None, None, None)) == ["No curve could be fitted: too few samples."]


# --- in a browser ---------------------------------------------------------------------------------------------------

needs_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def html(sample):  # noqa: F811
    return sample / "report.html"


def at(browser, html, place, width=1280, scheme="light"):
    """Open this place of the page anew."""
    browser.send("POST", "/url", {"url": "about:blank"})
    browser.command(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
    )
    browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.send("POST", "/url", {"url": f"{html.as_uri()}{place}"})


def go(browser, place):
    """Follow a link within the open page."""
    browser.run(f"location.hash = {json.dumps(place)}")
    time.sleep(0.15)


@needs_browser
def test_a_stranger_learns_from_the_page_alone_what_is_missing_blq_and_worth(browser, html, data):
    """For each subject with a missing area: why, which samples were BLQ, what the half-life is worth."""
    missing = data.adpp[data.adpp["PARAMCD"].eq("AUC0_90D") & data.adpp["AVAL"].isna()]
    at(browser, html, "")
    subjects = list(dict.fromkeys(missing["USUBJID"]))
    assert len(subjects) >= 5
    for subject in subjects:
        go(browser, f"subject/{subject}")
        text = browser.run("return document.getElementById('subject').innerText")
        assert f"Subject {subject}" in text
        if subject == OUTSIDE:
            assert "outside the analysis: no infusion on record" in text
            continue
        row = missing[missing["USUBJID"].eq(subject)].iloc[0]
        why = plain.reason_words(row["PPREASND"])
        assert f"AUC0-90d has no value ({row['FLAG'].split(';')[0]}): {why}" in text, subject
        own = data.adnca[data.adnca["USUBJID"].eq(subject) & data.adnca["ATPTREF"].eq("INFUSION 1")]
        below = own[own["BLQFL"].eq("Y") & own["ANLFL"].eq("Y") & own["ARRLT"].gt(0)]
        event = data.adsl.set_index("USUBJID").loc[subject, "EVENTDY"]
        below = below[below["AFRLT"].le(np.nan_to_num(event, nan=1e9))]
        assert f"{len(below)} of " in text
        assert " BLQ: day" in text or below.empty
        for day in below["ARRLT"]:
            assert days(float(day)) in text
        assert "terminal half-life" in text
        assert "Half-life of persistence: " in text or "No curve could be fitted: " in text


@needs_browser
def test_every_subject_can_be_opened_without_an_error(browser, html, data):
    at(browser, html, "")
    browser.log("browser")
    for subject in subject_places(data):
        go(browser, f"subject/{subject}")
        assert browser.run("return document.querySelector('#subject h1').textContent") == f"Subject {subject}"
        assert browser.run("return document.activeElement.id") == "subject-title"
    assert browser.log("browser") == []


@needs_browser
def test_the_way_to_the_next_and_back(browser, html, data):
    subjects = list(subject_places(data))
    at(browser, html, "#tables")
    time.sleep(0.2)
    go(browser, f"subject/{subjects[1]}")
    assert browser.run("return document.querySelector('.sheet').hidden")
    browser.run("document.querySelector('a[rel=next]').click()")
    time.sleep(0.2)
    assert browser.run("return document.querySelector('#subject h1').textContent") == f"Subject {subjects[2]}"
    key = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    browser.run(key % "ArrowLeft")
    time.sleep(0.2)
    assert browser.run("return document.querySelector('#subject h1').textContent") == f"Subject {subjects[1]}"
    browser.run("document.querySelector('.stride .back').click()")
    time.sleep(0.2)
    assert browser.run("return [document.getElementById('subject').hidden, location.hash]") == [True, "#tables"]
    assert browser.run("return document.querySelector('.sheet').hidden") is False
    go(browser, "subject/nobody")
    assert browser.run("return document.getElementById('subject').hidden"), "an unknown subject is no page"


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (375, "dark"), (768, "light")])
def test_a_subject_fits_a_phone(browser, html, width, scheme):
    at(browser, html, f"#subject/{AGAIN}", width, scheme)
    time.sleep(0.2)
    browser.run("document.querySelectorAll('#subject details').forEach(d => { d.open = true })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is (scheme == "light")


@needs_browser
def test_the_drawings_hold_what_the_subject_has(browser, html, data):
    at(browser, html, f"#subject/{AGAIN}")
    time.sleep(0.2)
    count = "return document.querySelectorAll('#subject %s').length"
    own = data.adnca[data.adnca["USUBJID"].eq(AGAIN)]
    timed = own[own["AFRLT"].notna()]
    assert browser.run(count % ".timeline .mark.sample") == len(timed)
    assert browser.run(count % ".timeline .mark.infusion") == 2
    points = data.lambda_z[data.lambda_z["USUBJID"].eq(AGAIN) & data.lambda_z["LZFL"].eq("Y")]
    kinetic = "#one-kinetics-0 .drawing:first-child .canvas .layer.points"
    assert browser.run(f"return document.querySelectorAll('{kinetic} .on-line').length") == len(points) > 2
    assert browser.run("return document.querySelectorAll('#one-kinetics-0 .layer.cut').length") == 2, "re-infusion"
    drawn = browser.run("return document.querySelector('#one-kinetics-0 .layer.area').children.length")
    assert drawn == 1
    # the same drawing, linear
    browser.run("document.querySelectorAll('#one-kinetics-0 .switch button')[1].click()")
    assert (
        browser.run("return document.querySelector('#one-kinetics-0 .switch button:last-child').ariaPressed") == "true"
    )
    samples = browser.run(
        "return [...document.querySelectorAll('#one-kinetics-0 details tbody tr')].map(r => r.lastChild.textContent)"
    )
    first = own[own["ATPTREF"].eq("INFUSION 1")]
    assert sorted(samples) == sorted(
        f"{f}, line {r:.0f}" for f, r in zip(first["SRCFILE"], first["SRCROW"], strict=True)
    )


@needs_browser
def test_the_list_of_subjects_leads_to_each_and_says_the_same_numbers(browser, html, data):
    at(browser, html, "#subjects")
    time.sleep(0.5)
    rows = browser.run(
        "return [...document.querySelectorAll('#subjects tbody tr')].map(r => [...r.children].map(c => c.textContent))"
    )
    assert [row[0] for row in rows] == list(subject_places(data))
    heads = browser.run("return [...document.querySelectorAll('#subjects thead th')].map(h => h.textContent)")
    own = rows[[row[0] for row in rows].index(AGAIN)]
    assert own[heads.index("AUC0-90d (day·copies/µg)")] == "NC"
    assert own[heads.index("BLQ results")] == "2 of 11"
    assert "no infusion on record" in rows[[row[0] for row in rows].index(OUTSIDE)][-1]
    lost = browser.run(
        "return [...document.querySelectorAll('#subjects tbody td a')].map(a => a.hash).filter(h => !/^#why/.test(h))"
    )
    assert lost == []


AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_subject_and_on_its_panel(browser, html, scheme):
    at(browser, html, f"#subject/{AGAIN}", scheme=scheme)
    time.sleep(0.3)
    browser.run("document.querySelectorAll('#subject details').forEach(d => { d.open = true })")
    # the policy of the page stops foreign scripts: the tool comes in beside it
    browser.command("Runtime.evaluate", expression=AXE.read_text(encoding="utf-8"))
    assert violations(browser, "#subject") == []
    go(browser, browser.run("return document.querySelector('#one-parameters a.value').hash.slice(1)"))
    assert violations(browser, "#why") == []


def violations(browser, within):
    """What axe-core finds wrong within this element: rule and the first places."""
    told = "JSON.stringify(found.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html)]))"
    run = f"axe.run({within!r}, {{resultTypes: ['violations']}}).then((found) => {told})"
    done = browser.command("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)
    return json.loads(done["result"]["value"])


@needs_browser
def test_headings_are_in_order_and_drawings_have_words(browser, html):
    at(browser, html, f"#subject/{AGAIN}")
    time.sleep(0.2)
    levels = browser.run("return [...document.querySelectorAll('#subject :is(h1,h2,h3)')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    images = browser.run(
        "return [...document.querySelectorAll('#subject [role=img]')].map(n => [n.ariaLabel.length, "
        "n.querySelectorAll('button, a, [tabindex]').length])"
    )
    assert images
    assert all(words > 30 and inside == 0 for words, inside in images)


@needs_browser
def test_a_subject_can_be_printed_alone(browser, html, tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed: the words of the printed page cannot be read")
    at(browser, html, f"#subject/{AGAIN}")
    time.sleep(0.2)
    printed = browser.command("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    pdf = tmp_path / "subject.pdf"
    pdf.write_bytes(base64.b64decode(printed["data"]))
    words = subprocess.run([reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert f"Subject {AGAIN}" in words
    assert "Synthetic data" in words
    assert "pc.csv" in words, "the folded table of samples is not on paper"
    assert "Table 14.2-2" not in words


def test_the_page_names_no_address_of_a_network(sample):  # noqa: F811
    text = (sample / "report.html").read_text(encoding="utf-8")
    assert Page(text).data["subjects"]["people"]["id"]
    for file in (ROOT / "src" / "cartpk" / "report").rglob("*.js"):
        if file.parent.name in {"subjects", "why"}:
            assert not re.search(r"https?:|innerHTML|eval\(|fetch\(", file.read_text(encoding="utf-8")), file
