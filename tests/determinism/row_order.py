"""Files with their rows in another order, and texts without the lines of the files that they name."""

import csv
import io
import random
import re

LINES = re.compile(r"\blines? [0-9, ]+|(?<=\.csv):\d+")
"""How a text names lines of a file."""


def shuffled(folder, seed=11):
    """The folder with the rows of every CSV in it in another order."""
    chance = random.Random(seed)  # noqa: S311 - any order will do
    for path in sorted(folder.rglob("*.csv")):
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        chance.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return folder
