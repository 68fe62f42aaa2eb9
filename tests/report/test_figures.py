"""Figures read from their files: which picture is embedded, and how."""

import base64
import io
import json
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from cartpk.files import write_bytes, write_text
from cartpk.report.figures import read_figures


def figure(folder, svg="<svg/>", png=b"png", **words):
    head = {"number": "14.2-1", "title": "T", "caption": "C", "footnotes": [], "alt": "A", "width": 8.0, "height": 2.5}
    write_text(folder / "figures" / "f_1.json", json.dumps({**head, "empty_reason": None, **words}))
    write_text(folder / "figures" / "f_1.svg", svg)
    write_bytes(folder / "figures" / "f_1.png", png)
    (block,) = read_figures(folder, ["f_1"])
    return block


def test_a_small_drawing_is_embedded_as_it_is(tmp_path):
    drawing = "<svg xmlns='http://www.w3.org/2000/svg'><text>50 % <![CDATA[#&\"]]> µ</text></svg>"
    picture = figure(tmp_path, svg=drawing).picture
    head, _, body = picture.partition(",")
    assert head == "data:image/svg+xml"
    assert unquote(body) == drawing
    assert not set('<>"#&') & set(body)


def bitmap(noise=False):
    """A picture of many shades, or one that nothing makes small."""
    rng = np.random.default_rng(7)
    ramp = np.linspace(0, 255, 300 * 200 * 3).reshape(200, 300, 3)
    cells = rng.integers(0, 256, (200, 300, 3)) if noise else ramp
    stream = io.BytesIO()
    Image.fromarray(cells.astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_a_large_drawing_gives_way_to_a_smaller_bitmap_of_few_colours(tmp_path):
    whole = bitmap()
    picture = figure(tmp_path, svg="<svg>" + "x" * 200_000 + "</svg>", png=whole).picture
    head, _, body = picture.partition(",")
    assert head == "data:image/webp;base64"
    few = Image.open(io.BytesIO(base64.b64decode(body)))
    assert few.size == (300, 200)
    assert len(base64.b64decode(body)) < len(whole)
    assert len(few.convert("RGB").getcolors(10_000)) <= 48


def test_a_small_drawing_stays_even_where_the_bitmap_is_smaller(tmp_path):
    picture = figure(tmp_path, svg="<svg>" + "x" * 60_500 + "</svg>", png=bitmap(noise=True)).picture
    assert picture.startswith("data:image/webp;base64,")
    picture = figure(tmp_path, svg="<svg>" + "x" * 39_000 + "</svg>", png=bitmap(noise=True)).picture
    assert picture.startswith("data:image/svg+xml,")


def test_size_in_pixels_keeps_the_place_of_the_picture(tmp_path):
    block = figure(tmp_path)
    assert (block.width, block.height) == (768, 240)


def test_an_empty_figure_has_a_reason_and_no_picture(tmp_path):
    block = figure(tmp_path, empty_reason="No sample.")
    assert block.picture is None
    assert block.files == ()
    assert block.empty_reason == "No sample."


def test_a_missing_figure_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="f_14_2_99"):
        read_figures(tmp_path, ["f_14_2_99"])


def test_the_few_coloured_pixels_of_a_bitmap_keep_their_colour(tmp_path):
    """Dose levels are a few marks among thousands of grey pixels: each stays within a shade of itself."""
    grey = np.tile(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], (200, 1, 3))
    doses = {10: (0xEE, 0x9B, 0x2E), 20: (0x9B, 0x2B, 0x7C), 30: (0x1A, 0x0F, 0x3C)}
    for row, colour in doses.items():
        grey[row : row + 4, 100:104] = colour
    grey[60:], grey[180:, :200] = 255, (0xF0, 0xF2, 0xF5)  # paper and the heads of panels, as they are
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    picture = figure(tmp_path, svg="<svg>" + "x" * 200_000 + "</svg>", png=stream.getvalue()).picture
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))).convert("RGB"), dtype=int)
    assert shown[100, 5].tolist() == [255, 255, 255]
    assert shown[190, 5].tolist() == [0xF0, 0xF2, 0xF5]
    for row, colour in doses.items():
        assert abs(shown[row + 1, 101] - np.array(colour)).max() <= 16, row
