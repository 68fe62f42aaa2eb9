"""A portfolio's configuration: every problem with its line; trial and portfolio are told apart."""

from pathlib import Path

import pytest

from cartpk.config import ConfigError, is_portfolio, load, load_portfolio

ROOT = Path(__file__).resolve().parents[2]
TRIAL = """trial: {id: T1}
product: {name: my CAR-T, cell: T}
data: {layout: tidy, tables: [my.csv]}
analytes: [{code: CAR, label: CAR transgene}]
report: {synthetic: true}
"""


def said(error):
    return str(error.value)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(TRIAL, encoding="utf-8")
    Path("b.yaml").write_text(TRIAL.replace("T1", "T2"), encoding="utf-8")
    return tmp_path


def portfolio(text):
    Path("p.yaml").write_text(text, encoding="utf-8")
    return load_portfolio("p.yaml")


def test_the_bundled_portfolio_holds_the_four_trials(monkeypatch):
    monkeypatch.chdir(ROOT)
    config, trials = load_portfolio("config/portfolio.yaml")
    assert [t.trial.id for t in trials.values()] == ["NCT04480788", "NCT06316427", "NCT06871644", "NCT07117175"]
    assert list(trials) == list(config.portfolio.trials)


@pytest.mark.usefixtures("folder")
def test_trials_come_in_the_order_of_the_file():
    config, trials = portfolio("portfolio:\n  trials: [b.yaml, a.yaml]\n")
    assert [t.trial.id for t in trials.values()] == ["T2", "T1"]
    assert config.portfolio.windows_days == (28.0, 90.0)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("portfolio:\n  trials: [a.yaml, a.yaml]\n", "p.yaml:2: portfolio.trials: a trial stands twice: a.yaml."),
        ("portfolio:\n  trials: [a.yaml]\n  titel: x\n", "p.yaml:3: portfolio.titel: there is no such setting. Did"),
        ("portfolio:\n  trials: [c.yaml]\n", "c.yaml:1: there is no such file."),
        ("portfolio:\n  id: T2\n  trials:\n  - b.yaml\n", "p.yaml:2: portfolio.id: T2 is the results folder of b.yaml"),
        (TRIAL, "p.yaml:1: trial: this is the configuration of a trial"),
        ("portfolio:\n  trials: [a.yaml]\n  level_pct: 101\n", "p.yaml:3: portfolio.level_pct: found 101"),
    ],
)
def test_a_mistake_gets_its_line(text, says):
    with pytest.raises(ConfigError) as error:
        portfolio(text)
    assert says in said(error)


def test_two_files_of_one_trial_are_refused(folder):
    (folder / "c.yaml").write_text(TRIAL, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        portfolio("portfolio:\n  trials:\n  - a.yaml\n  - c.yaml\n")
    assert "p.yaml:4: portfolio.trials[1]: c.yaml is trial T1, and so is a.yaml. Keep one of them." in said(error)


def test_a_problem_of_a_trial_is_told_with_its_own_file(folder):
    (folder / "c.yaml").write_text(TRIAL.replace("cell: T", "cell: X"), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        portfolio("portfolio:\n  trials: [c.yaml, a.yaml]\n")
    assert "c.yaml:2: product.cell: found 'X'; allowed: T, NK." in said(error)


@pytest.mark.usefixtures("folder")
def test_a_portfolio_is_no_trial():
    Path("p.yaml").write_text("portfolio:\n  trials: [a.yaml]\n", encoding="utf-8")
    assert is_portfolio("p.yaml")
    assert not is_portfolio("a.yaml")
    assert not is_portfolio("nothing.yaml")
    with pytest.raises(ConfigError) as error:
        load("p.yaml")
    assert "this is the configuration of a portfolio" in said(error)
