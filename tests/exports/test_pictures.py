"""Figures for print and slides: right size, right words, the same bytes."""

import io
import re
import zipfile

import matplotlib.image
import pytest

from cartpk.exports import archives, export
from cartpk.exports.pictures import SLIDE, pdf_bytes, slide_bytes
from cartpk.figures.registry import FIGURES

pytestmark = pytest.mark.requirement("URS-611")


@pytest.fixture(scope="module")
def figure(data, config):
    return FIGURES["f_14_2_1"].make(data, config)


def test_a_pdf_holds_letters_and_no_clock(figure):
    one, two = pdf_bytes(figure), pdf_bytes(figure)
    assert one == two
    assert one.startswith(b"%PDF-")
    assert b"/CreationDate" not in one
    assert b"/CIDFontType2" in one, "letters are not embedded as letters"


def test_a_slide_has_16_to_9_and_is_filled(figure, config):
    content = slide_bytes(FIGURES["f_14_2_1"], figure, config)
    picture = matplotlib.image.imread(io.BytesIO(content))
    assert (picture.shape[1], picture.shape[0]) == SLIDE
    inked = (picture[..., :3] < 0.5).any(axis=2)
    assert inked[:150].any(), "no title"
    assert inked[-60:].any(), "no source line"
    assert inked[150:-60, :960].any()
    assert inked[150:-60, 960:].any()
    assert not re.search(rb"tIME|Software", content)


def test_a_zip_is_the_same_each_time_and_opens():
    raw = archives.zip_bytes({"b.png": b"1", "a.csv": b"A" * 500})
    assert raw == archives.zip_bytes({"b.png": b"1", "a.csv": b"A" * 500})
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["b.png", "a.csv"]
        assert archive.read("a.csv") == b"A" * 500


def test_a_run_without_its_figures_is_told_how_to_make_them(run, config):
    asked = config.model_copy(update={"report": config.report.model_copy(update={"exports": ("pdf",)})})
    with pytest.raises(FileNotFoundError, match=r"lacks figures/f_14_2_1.png.*make its figures first"):
        export(asked, run)
