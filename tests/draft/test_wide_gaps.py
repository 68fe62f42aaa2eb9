"""A visit column with an empty cell is a visit column still: no day of a wide table is left out silently."""

import pytest

from cartpk.draft import draft_config

pytestmark = pytest.mark.requirement("URS-305")

TABLE = """Subject,Unit,D0,D7,D14,D28,D90
S-01,copies/ug,<100,18400,39800,4120,320
S-02,copies/ug,<100,6120,,1980,<100
S-03,copies/ug,<100,9900,15300,,
"""


def test_every_day_column_is_kept_whatever_is_missing_in_it(tmp_path):
    (tmp_path / "lab.csv").write_text(TABLE, encoding="utf-8")
    draft, _, _ = draft_config([tmp_path / "lab.csv"], tmp_path, command="cartpk new lab.csv")
    assert "columns: [D0, D7, D14, D28, D90]" in draft.text
