"""docs/trials.md: what it promises for each trial is there, filled from the bundled data, without the workflow."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk import trial_data
from cartpk.cli import clinical, ingest, kinetics
from cartpk.config import load
from cartpk.figures.exhibit import Figure
from cartpk.figures.registry import FIGURES, wanted
from cartpk.files import write_table
from cartpk.pages.trials import exhibits, missing_data, trials_page
from cartpk.pharmacodynamics import derive_pd
from cartpk.schemas import TABLES as TYPED
from cartpk.schemas import read_table
from cartpk.tables import TABLES, NoTable, make_tables
from cartpk.terms import Endpoint

pytestmark = pytest.mark.requirement("URS-512")

ROOT = Path(__file__).resolve().parents[2]
TRIALS = ("NCT04480788", "NCT06316427", "NCT06871644", "NCT07117175")
SAID = {
    ("NCT06316427", "t_14_2_40"): "how the sites combine to one response is not stated",
    ("NCT06316427", "f_14_2_42"): r"How disease sites combine to one response is not declared",
    ("NCT06871644", "t_14_3_7"): r"No death is on record\.",
    ("NCT06871644", "l_16_2_7_3"): r"No death is on record\.",
}
"""Exhibits that the bundled data cannot fill, and what stands in their place."""


def run(step, *arguments):
    done = CliRunner().invoke(step.command, [*arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.fixture(name="trial", scope="module", params=TRIALS)
def _trial(request, tmp_path_factory):
    """Config, tables and figures of a trial; the kinetic models are left out: no endpoint needs them."""
    file, results = f"config/trials/{request.param}.yaml", tmp_path_factory.mktemp(request.param)
    first = ["--out", str(results), "--findings", str(results / "work/findings_ingest.csv")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        config = load(file)
        run(ingest, file, *first)
        run(kinetics, file, "--results", str(results))
        adpd, adsl = (read_table(results / f"{n}.csv", TYPED[n]) for n in ("adpd", "adsl"))
        counts = derive_pd(adpd, adsl, config.pharmacodynamics)
        write_table(results / "work/pd_change.csv", counts.change)
        write_table(results / "work/adpp_pd.csv", counts.adpp_rows)
        (results / "work/predictions.csv").write_text(",".join(TYPED["predictions"].columns) + "\n", encoding="utf-8")
        run(clinical, file, "--results", str(results))
    data = trial_data.load(results)
    figures = {name: entry.make(data, config) for name, entry in wanted(config).items() if entry.endpoints}
    return config, {table.id: table for table in make_tables(data, config)}, figures


def test_every_promised_figure_is_filled(trial):
    config, _, figures = trial
    for endpoint in Endpoint:
        if not config.asks([endpoint]) or missing_data(endpoint, config):
            continue
        for name in (e for e in exhibits(endpoint, config) if e in FIGURES):
            made, said = figures[name], SAID.get((config.trial.id, name))
            if said:
                assert re.search(said, made.reason), name
                continue
            assert isinstance(made, Figure), f"{name}: {made.reason}"
            assert len(made.data), name
            assert 0 < made.n <= config.trial.planned_n, name
            for text in (made.caption, made.alt, *made.footnotes):
                assert text.endswith("."), (name, text)
                assert "  " not in text, (name, text)
                assert "nan" not in re.findall(r"[a-z]+", text), (name, text)


def test_a_figure_of_an_endpoint_that_is_not_asked_for_is_not_there(trial):
    config, _, figures = trial
    for name, entry in FIGURES.items():
        if entry.endpoints:
            assert (name in figures) == config.asks(entry.endpoints, entry.needs), name
    if config.trial.id == "NCT06871644":
        assert not {"f_14_2_30", "f_14_2_40", "f_14_2_43"} & set(figures), "no tumour, no survival"
    assert ("f_14_2_10b" in figures) == (config.trial.id == "NCT07117175"), "the trial that biopsies tumours"


def test_every_promised_table_is_filled(trial):
    config, tables, _ = trial
    for endpoint in Endpoint:
        if not config.asks([endpoint]) or missing_data(endpoint, config):
            continue
        promised = [e for e in exhibits(endpoint, config) if e in TABLES]
        assert promised, f"{endpoint} has no table"
        for name in promised:
            body, said = tables[name].body, SAID.get((config.trial.id, name))
            if said:
                assert re.search(said, body.reason), name
            else:
                assert not isinstance(body, NoTable), f"{name}: {body.reason}"
                assert body.rows, name


def test_a_table_of_an_endpoint_that_is_not_asked_for_is_not_there(trial):
    config, tables, _ = trial
    for name, entry in TABLES.items():
        assert (name in tables) == config.asks(entry.endpoints, entry.needs)
    assert "t_14_2_13" in tables, "every trial here models its CD7+ counts"
    assert not {"t_14_2_14", "t_14_2_15"} & set(tables), "no trial here asks for a model of all subjects together"
    if config.trial.id == "NCT06871644":
        assert "t_14_2_60" in tables
        assert not {"t_14_2_40", "t_14_2_42", "t_14_1_3"} & set(tables)
    else:
        assert "t_14_2_60" not in tables


def test_every_table_counts_within_its_set(trial):
    """N of a column is never above the subjects that came in; the text of the set names them."""
    _, tables, _ = trial
    came_in = len(tables["l_16_2_5_1"].body.rows)
    for name, table in tables.items():
        if isinstance(table.body, NoTable):
            continue
        for label in (c.label for c in table.body.columns):
            n = re.search(r"\(N = (\d+)\)", label)
            assert n is None or int(n[1]) <= came_in, (name, label)
        of = re.search(r": (\d+) of (\d+) subjects", table.body.population)
        if of:
            assert int(of[1]) <= int(of[2]) == came_in, name


def test_a_trial_without_the_data_has_a_named_gap():
    config = load(ROOT / "config/trials/NCT07117175.yaml")
    blood = config.model_copy(update={"analytes": config.analytes[:1]})
    assert missing_data(Endpoint.TUMOUR_DISTRIBUTION, config) is None
    assert missing_data(Endpoint.TUMOUR_DISTRIBUTION, blood) == "PC (specimen TISSUE)"
    assert missing_data(Endpoint.BONE_MARROW, blood) == "PC (specimen BONE MARROW, LIQUID)"


def test_the_page_names_the_gap_and_quotes_the_record():
    page = trials_page(ROOT)
    assert page == (ROOT / "docs" / "trials.md").read_text(encoding="utf-8")
    assert "| Product in tumour tissue | – | – | – | **R** L 16.2.5-6b, F 14.2-10b |" in page
    assert "“Number of participants with treatment-related adverse events as assessed by CTCAE v5.0”" in page
    assert "no exhibit yet" not in page


@pytest.mark.parametrize("trial_id", TRIALS)
def test_the_words_are_the_records_own(trial_id):
    folder = ROOT.parent / "shared" / "trials"
    if not folder.is_dir():
        pytest.skip("the registry records are not beside the project")
    text = " ".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob(f"{trial_id}*.txt")))
    record = " ".join(text.split())
    for endpoint, said in load(ROOT / "config" / "trials" / f"{trial_id}.yaml").endpoints.items():
        for part in (said or "").split("; "):
            assert part in record, (endpoint, part)
