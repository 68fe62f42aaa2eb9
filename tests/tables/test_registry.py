"""Every registered table, over a small trial, an empty one and other settings: it is filled or says why not."""

import csv
import io
import re
from pathlib import Path

import pytest

from cartpk.tables import TABLES, Body, NoTable, csv_text, make_tables, printed_rows, spec
from cartpk.tables import registry as room
from cartpk.terms import Endpoint

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
SAMPLED = {
    Endpoint.CMAX_TMAX, Endpoint.AUC, Endpoint.PERSISTENCE, Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT,
    Endpoint.LYMPHOCYTE_SUBSETS, Endpoint.BONE_MARROW,
}  # fmt: skip
"""Endpoints that samples alone answer; the small trial has samples of each."""
PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def printed_numbers(text):
    """Numbers of a printed cell with the size of their last printed digit."""
    found = []
    for match in NUMBER.findall(text):
        mantissa, _, power = match.replace(",", "").partition(" × 10")
        scale = 10.0 ** int(power.translate(PLAIN)) if power else 1.0
        decimals = len(mantissa.partition(".")[2])
        step = 10.0**-decimals if decimals else 10.0 ** (len(mantissa) - len(mantissa.rstrip("0")))
        found.append((float(mantissa) * scale, step * scale))
    return found


@pytest.fixture(name="made", scope="module", params=["geometric", "arithmetic", "full"])
def _made(request, factory):
    config = factory.config(report={"synthetic": True, "summaries": {"style": request.param}})
    return make_tables(factory.trial(config), config)


@pytest.fixture(name="tables", scope="module")
def _tables(made):
    """Those that the small trial has data for: it has no clinical table (tests/pages/test_trials.py has them all)."""
    return [table for table in made if not isinstance(table.body, NoTable)]


def test_ids_numbers_and_files_belong_together():
    folder = Path(room.__file__).parent
    assert {p.stem for p in folder.glob("[tl]_*.py")} == set(TABLES)
    for name, entry in TABLES.items():
        assert entry.id == name
        parts = name[2:].split("_")
        stem = 2 if name.startswith("t_") else 3
        assert entry.number == "-".join([".".join(parts[:stem]), *parts[stem:]])
        assert entry.title
    numbers = [entry.number for entry in TABLES.values()]
    assert len(set(numbers)) == len(numbers)


def test_they_stand_in_the_order_of_the_report():
    numbers = [entry.number for entry in TABLES.values()]
    assert numbers.index("14.2-2") < numbers.index("14.2-10") < numbers.index("16.2.3") < numbers.index("16.2.5-4")


def test_an_unknown_table_is_named():
    with pytest.raises(ValueError, match="no table 't_99'; tables: t_14_1_1"):
        spec("t_99")


def test_every_table_of_the_small_trial_is_filled(made):
    """One that answers only endpoints of clinical tables may say what it lacks."""
    empty = [t for t in made if isinstance(t.body, NoTable)]
    assert [t.id for t in empty if not TABLES[t.id].endpoints or SAMPLED & set(TABLES[t.id].endpoints)] == []
    assert all(re.fullmatch(r"[A-Z].*\.", t.body.reason) for t in empty)


@pytest.mark.requirement("URS-602")
def test_what_is_printed_is_what_the_csv_holds(tables):
    """Each number in a printed cell is the cell's CSV value to the printed digits."""
    checked = 0
    for table in tables:
        for row in table.body.rows:
            for column, cell in zip(table.body.columns, row.cells, strict=True):
                values = [v for v in cell.values if not isinstance(v, str)]
                if column.kind != "number" or not values:
                    continue
                numbers = printed_numbers(cell.text)
                assert len(numbers) == len(values), (table.id, cell)
                for (number, step), value in zip(numbers, values, strict=True):
                    assert abs(number - value) <= 0.5000001 * step, (table.id, cell)
                    checked += 1
    assert checked > 300


def test_csv_reads_back_with_one_cell_per_column(tables):
    for table in tables:
        rows = list(csv.reader(io.StringIO(csv_text(table.body))))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1, table.id
        assert len(set(rows[0])) == len(rows[0]), table.id
        for cell in (cell for row in rows for cell in row):
            assert not re.match(r"[=@\t\r]|[+-](?!\d)", cell), (table.id, cell)
            assert cell not in {"nan", "inf", "None"}, table.id


def test_words_are_whole(tables):
    for table in tables:
        body = table.body
        assert re.search(r"subject|finding", body.population)
        assert body.source.endswith((".csv", ")"))
        for note in body.footnotes:
            assert note[0].isupper() or note.startswith(("[", "n =", "error:", "negative result:")), note
            assert "nan" not in note.split()
        for text in (cell.text for row in body.rows for cell in row.cells):
            assert text not in {"nan", "None", "inf"}, table.id
        assert len(printed_rows(body)) == len(body.rows)


def test_row_keys_tell_rows_apart(tables):
    for table in tables:
        keys = [tuple(sorted(row.key.items())) for row in table.body.rows if row.key]
        assert len(set(keys)) == len(keys), table.id


def test_an_empty_trial_gives_sentences(factory):
    for table in make_tables(factory.empty(), factory.config()):
        assert isinstance(table.body, NoTable), table.id
        assert re.fullmatch(r"[A-Z].*\.", table.body.reason), table.body.reason


def test_a_trial_without_a_result_gives_tables_or_sentences(factory):
    """Nobody has a usable result: nothing crashes, and nothing is printed as if somebody had."""
    adsl = factory.adsl().assign(PKFL="N", PDFL="N")
    for table in make_tables(factory.trial(adsl=adsl), factory.config()):
        if isinstance(table.body, Body) and table.number.startswith("14.2"):
            cells = {
                c.text
                for row in table.body.rows
                for c, col in zip(row.cells, table.body.columns, strict=True)
                if col.kind == "number"
            }
            assert cells <= {"NC", "0 (0)", "0 (0; 0)", "0", ""}, (table.id, cells)


def test_the_order_of_rows_in_the_files_changes_nothing(factory):
    config, data = factory.config(), factory.trial()
    turned = {
        name: getattr(data, name).iloc[::-1].reset_index(drop=True)
        for name in ("adsl", "adnca", "adpd", "adpp", "pd_change", "fits")
    }
    same = make_tables(factory.trial(**turned), config)
    for table, other in zip(make_tables(data, config), same, strict=True):
        assert table.body == other.body, table.id


@pytest.mark.requirement("URS-708")
def test_listings_of_very_many_subjects_are_of_a_sample_and_say_so(factory):
    few = factory.config(scale={"subjects_shown": 2})
    data = factory.trial(few)
    whole, cut = make_tables(data, factory.config()), make_tables(data, few)
    said = "Shown: a random sample of 2 of the 6 subjects"
    listed = set()
    for before, after in zip(whole, cut, strict=True):
        if not spec(after.id).is_listing:
            assert csv_text(after.body) == csv_text(before.body) if isinstance(after.body, Body) else True
        elif isinstance(after.body, Body):
            assert after.body.footnotes[-1].startswith(said), after.id
            columns = [column.key for column in after.body.columns]
            if "subject" in columns:
                listed |= {row.cells[columns.index("subject")].text for row in after.body.rows}
    assert len(listed - {""}) == 2
    assert not any("Shown:" in note for table in whole if isinstance(table.body, Body) for note in table.body.footnotes)
