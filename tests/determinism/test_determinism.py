"""Same in, same out: other folder, other time zone, language, hash seed and mask; other order of the rows."""

import csv
import io

import chain
import pytest
from project import INPUT, RESULTS, differences, make, state
from row_order import LINES, shuffled

pytestmark = [pytest.mark.requirement("URS-702"), pytest.mark.xdist_group("determinism")]
CONFIG = "config/config.yaml"

NUMBERED = {"SRCROW", "ROW", "Line"}
"""Columns that name the line of a file: they follow the rows, as they must."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("determinism")


@pytest.fixture(scope="module")
def first(folder):
    """A run of the small trial."""
    here = make(folder / "one")
    chain.run(here, CONFIG, str(RESULTS), PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    return here


def test_another_folder_environment_and_hash_seed_give_the_same_bytes(folder, first):
    here = make(folder / "another folder" / "deeper")
    chain.run(here, CONFIG, str(RESULTS), PYTHONHASHSEED="77", TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", HOME=str(here))
    found = state(here)
    assert len(found) > 60
    assert differences(found, state(first)) == []


def test_another_order_of_the_rows_changes_nothing_but_the_lines_it_names(folder, first):
    here = make(folder / "shuffled")
    shuffled((here / INPUT).parent, seed=5)
    chain.run(here, CONFIG, str(RESULTS), drawn=False, PYTHONHASHSEED="3")
    before, after = (
        {name: placeless(f / RESULTS / name) for name in state(f) if name.endswith(".csv") and "figures" not in name}
        for f in (first, here)
    )
    before = {name: text for name, text in before.items() if name in after}
    assert {"adnca.csv", "adpp.csv", "findings.csv", "tables/t_14_2_2.csv"} <= before.keys()
    assert [name for name, text in after.items() if before[name] != text] == []
    assert (first / RESULTS / "adnca.csv").read_bytes() != (here / RESULTS / "adnca.csv").read_bytes()


def placeless(path):
    """The table without the lines of the input that it names."""
    table = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    kept = [i for i, name in enumerate(table[0]) if name not in NUMBERED]
    return [[LINES.sub("line", row[i]) for i in kept] for row in table]
