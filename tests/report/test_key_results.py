"""The answer in numbers: which columns and cells are shown, and that none is made up."""

from dataclasses import replace

import pytest

from cartpk.figures.palette import dose_colours
from cartpk.report.key_results import GROUPS, KINETICS, PHARMACODYNAMICS, key_results
from cartpk.report.table_block import Cell, Column, Row, TableBlock, broken

pytestmark = pytest.mark.requirement("URS-603")


def table(name, columns, rows, empty=None):
    """A table of statistics as the report reads it; ``rows`` = (key, printed cells)."""
    heads = [("parameter", "group"), ("statistic", "statistic"), *((c, "number") for c in columns)]
    return TableBlock(
        id=name,
        anchor=f"table-{name}",
        number="14.2-99",
        title="T",
        population=None,
        columns=tuple(Column(key, key, "left", kind) for key, kind in heads),
        rows=tuple(
            Row("", tuple(Cell(text, "right", heads=False) for text in texts), opens=False, key=key)
            for key, texts in rows
        ),
        footnotes=(),
        source=None,
        empty_reason=empty,
        file=None,
    )


def cmax(statistics, **more):
    key = {"assay": "CARTG", "specimen": "BLOOD", "parameter": "CMAX", **more}
    return [({**key, "statistic": name}, texts) for name, texts in statistics.items()]


LOW, HIGH = "2.5e7 cells", "1e8 cells"
PLAIN = cmax(
    {
        "n": ["Cmax (copies/µg)", "n (NC)", "6 (0)", "2 (0)"],
        "n_positive": ["", "n above 0", "5", "2"],
        "geo_mean": ["", "Geometric mean (CV %)", "1,230 (45.6)", "NC"],
        "median": ["", "Median [min; max]", "1,000 [0; 9,000]", "7 [6; 8]"],
    }
)


def shown(result, label="Cmax"):
    """Cells of the row of this label, as printed."""
    (row,) = [row for row in result.rows if row.label == label]
    return [" ".join([cell.main, *cell.rest]) for cell in row.cells]


def test_a_cell_is_the_tables_cell_with_its_n(data, config):
    result = key_results(data, [table(KINETICS, [LOW, HIGH], PLAIN)], config)
    assert shown(result) == ["1,230 (45.6) n = 5 of 6", "NC n = 2"]
    assert result.zeros == "5 of 6"
    assert result.statistics == ("Geometric mean (CV %): Cmax.",)
    assert result.sources == (("table-t_14_2_2", "Table 14.2-99"),)


def test_lines_of_sensitivity_stay_in_the_table(data, config):
    more = cmax({"n": ["", "n, with extrapolated", "7", "2"], "geo_mean": ["", "x", "9 (9)", "9 (9)"]}, set="with")
    result = key_results(data, [table(KINETICS, [LOW, HIGH], [*PLAIN, *more])], config)
    assert shown(result) == ["1,230 (45.6) n = 5 of 6", "NC n = 2"]


def test_another_assay_or_specimen_is_not_shown(data, config):
    other = [({**key, "specimen": "BONE MARROW, LIQUID"}, texts) for key, texts in PLAIN]
    assert [row.label for row in key_results(data, [table(KINETICS, [LOW, HIGH], other)], config).rows] == ["Subjects"]


@pytest.mark.parametrize(
    ("drop", "statistic"), [((), "Geometric"), (("geo_mean",), "Mean"), (("geo_mean", "mean"), "Median")]
)
def test_the_first_statistic_that_the_table_has_is_shown(data, config, drop, statistic):
    rows = [*PLAIN, *cmax({"mean": ["", "Mean (SD)", "2,000 (900)", "7 (1)"]})]
    kept = [row for row in rows if row[0]["statistic"] not in drop]
    result = key_results(data, [table(KINETICS, [LOW, HIGH], kept)], config)
    assert result.statistics[0].startswith(statistic)


def test_only_a_geometric_mean_counts_values_above_zero(data, config):
    rows = [row for row in PLAIN if row[0]["statistic"] != "geo_mean"]
    result = key_results(data, [table(KINETICS, [LOW, HIGH], rows)], config)
    assert shown(result)[0] == "1,000 [0; 9,000] n = 6"
    assert not result.zeros


def test_subjects_are_counted_and_those_left_out_are_said(data, config):
    assert shown(key_results(data, [], config), "Subjects") == ["6", "2 1 in the analysis"]


def test_doses_have_the_marks_and_colours_of_the_figures(data, config):
    columns = key_results(data, [], config).columns
    assert [c.colour for c in columns] == list(dose_colours(2))
    assert [(c.label, c.unit) for c in columns] == [("2.5e7", "cells"), ("1e8", "cells")]
    assert len({c.path for c in columns}) == 2


def test_an_empty_table_says_why(data, config):
    result = key_results(data, [table(KINETICS, [], [], empty="No kinetic parameter was derived.")], config)
    assert result.notes == ("No kinetic parameter was derived.",)
    assert result.sources == ()


def test_with_one_dose_the_groups_stand_beside_it(data, config):
    one = replace(
        data, adsl=data.adsl.assign(COHORT="All subjects", COHORTN=1.0, GROUP=["auto"] * 5 + ["new_donor"] * 3)
    )
    both = cmax(
        {
            "n": ["Cmax (copies/µg)", "n (NC)", "5 (0)", "2 (0)"],
            "geo_mean": ["", "Geometric mean (CV %)", "11 (1.0)", "22 (2.0)"],
        }
    )
    alone = cmax(
        {
            "n": ["Cmax (copies/µg)", "n (NC)", "7 (0)"],
            "geo_mean": ["", "Geometric mean (CV %)", "33 (3.0)"],
        }
    )
    tables = [table(KINETICS, ["All subjects"], alone), table(GROUPS, ["auto", "new_donor"], both)]
    result = key_results(one, tables, config)
    assert [c.label for c in result.columns] == ["All subjects", "auto", "new donor"]
    assert shown(result, "Subjects") == ["8 7 in the analysis", "5", "3 2 in the analysis"]
    assert shown(result) == ["33 (3.0) n = 7", "11 (1.0) n = 5", "22 (2.0) n = 2"]
    assert [anchor for anchor, _ in result.sources] == ["table-t_14_2_2", "table-t_14_2_4"]
    key = {"measure": "CD7T", "parameter": "PDNADIR"}
    nadir = [
        ({**key, "statistic": "n"}, ["Nadir (cells/µL)", "n (NC)", "8 (0)"]),
        ({**key, "statistic": "median"}, ["", "Median [min; max]", "BLQ"]),
    ]
    result = key_results(one, [*tables, table(PHARMACODYNAMICS, ["All subjects"], nadir)], config)
    assert shown(result, "CD7+ T cells, nadir") == ["BLQ n = 8", "—", "—"]
    assert result.notes == ("— = not summarised by group.",)


def test_with_several_doses_no_group_is_shown(data, config):
    groups = table(GROUPS, ["a", "b"], [])
    assert len(key_results(data, [groups], config).columns) == 2


def test_the_nadir_carries_the_name_of_its_measure(data, config):
    key = {"measure": "CD7T", "parameter": "PDNADIR"}
    rows = [
        ({**key, "statistic": "n"}, ["Nadir (cells/µL)", "n (NC)", "6 (0)", "2 (0)"]),
        ({**key, "statistic": "median"}, ["", "Median [min; max]", "BLQ", "1.2 [BLQ; 3]"]),
    ]
    result = key_results(data, [table(PHARMACODYNAMICS, [LOW, HIGH], rows)], config)
    assert shown(result, "CD7+ T cells, nadir") == ["BLQ n = 6", "1.2 [BLQ; 3] n = 2"]


def test_pieces_break_before_brackets_only():
    assert broken("2.35 × 10⁹ (12.3)") == ("2.35 × 10⁹", "(12.3)")
    assert broken("BLQ") == ("BLQ",)
