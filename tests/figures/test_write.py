"""The four files of a figure: complete, whole, the same bytes each time."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image

from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures
from cartpk.figures.write import write_figure
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.derived import DERIVED

KEYS = ["id", "number", "title", "caption", "footnotes", "alt", "n", "empty_reason", "width", "height"]


def picture(path):
    return Image.open(io.BytesIO(path.read_bytes()))


CLINICAL_FILES = {f"work/{name}.csv" for name in (*CLINICAL, *DERIVED)}
DRAWN = {
    name: entry
    for name, entry in FIGURES.items()
    if not CLINICAL_FILES & set(entry.inputs) and entry.needs != "covariates"
}
"""Figures of samples; those of clinical tables are tested where these are made, in tests/clinical."""


OF_SPECIMENS = {"f_14_2_10", "f_14_2_10b", "f_14_2_23"}
"""Figures of other specimens and subsets, written from the trial that has these."""
pytestmark = [pytest.mark.requirement("URS-109"), pytest.mark.xdist_group("figures written once")]


@pytest.fixture(scope="module")
def written(trial, config, specimens, tmp_path_factory):
    """Every figure, written once."""
    folder = tmp_path_factory.mktemp("run")
    of = {name: specimens if name in OF_SPECIMENS else (trial, config) for name in DRAWN}
    return folder, {name: write_figure(entry, *of[name], folder) for name, entry in DRAWN.items()}


@pytest.mark.parametrize("entry", DRAWN.values(), ids=DRAWN)
class TestFiles:
    def test_all_of_them_are_there_and_nothing_else(self, written, entry):
        folder, _ = written
        assert all((folder / name).stat().st_size > 0 for name in entry.outputs)
        assert {p.name for p in (folder / "figures").glob(f"*{entry.id}.*")} == {n.split("/")[1] for n in entry.outputs}

    def test_the_picture_has_the_size_it_says(self, written, entry):
        folder, made = written
        drawn = picture(folder / f"figures/{entry.id}.png")
        assert drawn.size == pytest.approx((made[entry.id].width * 200, made[entry.id].height * 200), abs=1)
        assert not any(key in drawn.info for key in ("Software", "Creation Time"))

    def test_the_picture_is_not_blank_and_nothing_touches_its_edge(self, written, entry):
        grey = picture(written[0] / f"figures/{entry.id}.png").convert("L")
        assert grey.getextrema()[0] < 80
        w, h = grey.size
        strips = [(0, 0, w, 3), (0, h - 3, w, h), (0, 0, 3, h), (w - 3, 0, w, h)]
        assert all(grey.crop(strip).getextrema()[0] == 255 for strip in strips)

    def test_the_vector_picture_needs_no_font_and_names_no_day(self, written, entry):
        text = (written[0] / f"figures/{entry.id}.svg").read_text(encoding="utf-8")
        assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 - our own file
        assert "<text" not in text
        assert "dc:date" not in text
        assert not re.search(r"(href|src)=\"(?!#|data:)", text)

    def test_the_words_are_the_figures(self, written, entry):
        words = json.loads((written[0] / f"figures/{entry.id}.json").read_text(encoding="utf-8"))
        made = written[1][entry.id]
        assert list(words) == KEYS
        assert (words["number"], words["title"], words["caption"]) == (entry.number, entry.title, made.caption)
        assert words["footnotes"] == list(made.footnotes)
        assert words["empty_reason"] is None

    def test_the_table_is_what_was_drawn(self, written, entry):
        table = pd.read_csv(written[0] / f"figures/{entry.id}.csv", dtype={"USUBJID": str})
        made = written[1][entry.id].data
        assert list(table.columns) == list(made.columns)
        assert len(table) == len(made)
        numbers = made.select_dtypes("number").columns
        pd.testing.assert_frame_equal(table[numbers].astype(float), made[numbers].astype(float), check_exact=True)


def test_the_same_bytes_again_in_another_order(written, trial, config):
    folder, _ = written
    for figure_id in ("f_14_2_20", "f_14_2_1"):
        png, svg = pictures(FIGURES[figure_id].make(trial, config).draw())
        assert png == (folder / f"figures/{figure_id}.png").read_bytes()
        assert svg == (folder / f"figures/{figure_id}.svg").read_bytes()


def test_a_users_matplotlibrc_changes_nothing(written, trial, config):
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 20, "lines.linewidth": 9, "savefig.bbox": "tight", "svg.fonttype": "none"}):
        png, svg = pictures(FIGURES["f_14_2_7"].make(trial, config).draw())
    assert png == (written[0] / "figures/f_14_2_7.png").read_bytes()
    assert svg == (written[0] / "figures/f_14_2_7.svg").read_bytes()


def test_no_figure_stays_open(written):
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


def test_an_empty_figure_has_files_that_say_why(trial, config, only, tmp_path):
    entry = FIGURES["f_14_2_20"]
    made = write_figure(entry, only(trial, ("adsl.csv",)), config, tmp_path)
    words = json.loads((tmp_path / "figures/f_14_2_20.json").read_text(encoding="utf-8"))
    assert list(words) == KEYS
    assert words["empty_reason"] == made.reason
    assert words["n"] == 0
    assert pd.read_csv(tmp_path / "figures/f_14_2_20.csv").empty
    assert picture(tmp_path / "figures/f_14_2_20.png").convert("L").getextrema()[0] < 80
    assert (tmp_path / "figures/f_14_2_20.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")


@pytest.mark.parametrize("figure_id", ["f_14_2_3", "f_14_2_4", "f_14_2_7", "f_14_2_20"])
def test_one_subject_with_one_sample_is_drawn_without_a_warning(trial, config, figure_id):
    tables = {name: getattr(trial, name) for name in ("adsl", "adnca", "adpd", "adpp", "predictions", "lambda_z")}
    tables = {name: table[table["USUBJID"] == "101"] for name, table in tables.items()}
    tables["adnca"] = tables["adnca"].dropna(subset=["AVAL"]).head(1)
    tables["adpd"] = tables["adpd"].head(1)
    tables["lambda_z"] = tables["lambda_z"].iloc[:0]
    made = FIGURES[figure_id].make(replace(trial, **tables), config)
    png, _ = pictures(made.draw())
    assert Image.open(io.BytesIO(png)).size[0] == 1600


def test_chinese_labels_get_letters(trial, config):
    from matplotlib import font_manager

    from cartpk.figures.render import _CHINESE

    if not {font.name for font in font_manager.fontManager.ttflist} & set(_CHINESE):
        pytest.skip("no font with Chinese letters is installed")
    cohort = {
        name: table.assign(COHORT=table["COHORT"].str.replace("cells", "个细胞"))
        for name, table in (("adsl", trial.adsl), ("adpd", trial.adpd))
    }
    png, _ = pictures(FIGURES["f_14_2_20"].make(replace(trial, **cohort), config).draw())
    assert png
