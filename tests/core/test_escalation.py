"""Every sequence of outcomes against a table that was written by hand from the records, and nothing else."""

import itertools

import pytest

from cartpk.core.escalation import ACCELERATED, THREE_PLUS_THREE, Status, positions, read_key

pytestmark = pytest.mark.requirement("URS-506")

SSC = {  # NCT06871644
    "0/3": None, "1/3": "three more", "1/6": "continue", "2/6": "stop", ">1 of 3 added": "stop and reduce",
    ">=2/3": None,
}  # fmt: skip
NK1 = {"0/1": "next", "1/1": "two more", "<=1/3": "advance", ">1/3": "joint discussion"}
NK2 = {"0/3": "next", "1/3": "three more", "<=1/6": "advance", ">1": "terminate and reduce"}
NK3 = {"0/3": "joint discussion", "1/3": "three more", "1/6": None, ">1/6": "terminate and reduce"}

# outcomes of the first three, D = DLT -> (status, keys); then those of the added ones after exactly one DLT
FIRST = {
    "": ("EMPTY", ""),
    "-": ("OPEN", ""), "D": ("OPEN", ""),
    "--": ("OPEN", ""), "-D": ("OPEN", ""), "D-": ("OPEN", ""), "DD": (None, ">=2"),
    "---": (None, "0/3"), "--D": (None, "1/3"), "-D-": (None, "1/3"), "D--": (None, "1/3"),
    "-DD": (None, ">=2"), "D-D": (None, ">=2"), "DD-": (None, ">=2"), "DDD": (None, ">=2"),
}  # fmt: skip
ADDED = {
    "-": "open", "D": "open 2", "--": "open", "-D": "open 2", "D-": "open 2", "DD": ">=3",
    "---": "1/6", "--D": "2/6", "-D-": "2/6", "D--": "2/6",
    "-DD": ">=3", "D-D": ">=3", "DD-": ">=3", "DDD": ">=3",
}  # fmt: skip
WORDS = {
    # name of the state: what each record's keys are; () = no key
    "SSC": {"0/3": ("0/3",), "1/3": ("1/3",), ">=2": (">=2/3",), "1/6": ("1/6",), "2/6": ("2/6",),
            ">=3": (">1 of 3 added",), "open": (), "open 2": ()},
    "NK2": {"0/3": ("0/3",), "1/3": ("1/3",), ">=2": (">1",), "1/6": ("<=1/6",), "2/6": (">1",), ">=3": (">1",),
            "open": (), "open 2": (">1",)},
    "NK3": {"0/3": ("0/3",), "1/3": ("1/3",), ">=2": (), "1/6": ("1/6",), "2/6": (">1/6",), ">=3": (">1/6",),
            "open": (), "open 2": (">1/6",)},
}  # fmt: skip
SILENT = {("SSC", "0/3"), ("SSC", ">=2"), ("NK3", ">=2"), ("NK3", "1/6")}
"""States that the record names without saying what follows, or does not name."""
RULES = {"SSC": SSC, "NK2": NK2, "NK3": NK3}


def brute(record, text):
    """State of a sequence by the tables above: status, keys, subjects beyond the rule."""
    first, rest = text[:3], text[3:]
    status, name = FIRST[first]
    if status:
        return status, (), (0, 0)
    beyond = (len(rest), rest.count("D"))
    if name == "1/3" and rest:
        name, beyond = ADDED[rest[:3]], (len(rest[3:]), rest[3:].count("D"))
    keys = WORDS[record][name]
    if not keys and name.startswith("open"):
        return "OPEN", (), (0, 0)
    if not keys and len(first) < 3:
        return "OPEN", (), (0, 0)
    return ("UNDEFINED" if (record, name) in SILENT else "REACHED"), keys, beyond


def sequences(longest):
    for n in range(longest + 1):
        yield from ("".join(t) for t in itertools.product("-D", repeat=n))


@pytest.mark.parametrize("record", RULES)
def test_every_sequence_of_3_plus_3(record):
    for text in sequences(8):
        outcomes = [c == "D" for c in text]
        (found,) = positions(THREE_PLUS_THREE, outcomes, RULES[record], ordered=True)
        assert (found.status.name, found.keys, found.beyond) == brute(record, text), text
        stage = 6 if len(text) > 3 and text[:3].count("D") == 1 else 3
        assert (found.stage, found.evaluable) == (stage, min(len(text), stage))
        assert found.dlt == text[: found.evaluable].count("D")
        assert found.missing == stage - found.evaluable


TITRATION = {
    "": ("EMPTY", ()), "-": ("REACHED", ("0/1",)), "D": ("REACHED", ("1/1",)), "D-": ("OPEN", ()),
    "DD": ("REACHED", (">1/3",)), "D--": ("REACHED", ("<=1/3",)), "D-D": ("REACHED", (">1/3",)),
    "DD-": ("REACHED", (">1/3",)), "DDD": ("REACHED", (">1/3",)),
}  # fmt: skip


def test_every_sequence_of_the_accelerated_titration():
    for text in sequences(5):
        (found,) = positions(ACCELERATED, [c == "D" for c in text], NK1, ordered=True)
        counted = text[:3] if text.startswith("D") else text[:1]
        rest = text[len(counted) :]
        assert (found.status.name, found.keys) == TITRATION[counted], text
        assert found.beyond == (len(rest), rest.count("D"))


@pytest.mark.parametrize(("design", "rules"), [(THREE_PLUS_THREE, SSC), (THREE_PLUS_THREE, NK2), (ACCELERATED, NK1)])
def test_without_the_order_every_state_that_an_order_gives_is_named(design, rules):
    for n in range(9):
        for dlt in range(n + 1):
            outcomes = [True] * dlt + [False] * (n - dlt)
            found = positions(design, outcomes, rules, ordered=False)
            orders = set(itertools.permutations(outcomes)) if n < 7 else {
                tuple(i in where for i in range(n)) for where in itertools.combinations(range(n), dlt)
            }  # fmt: skip
            every = {positions(design, order, rules, ordered=True)[0] for order in orders}
            assert set(found) == every
            assert len(found) == len(every)


def test_a_level_without_rules_is_undefined_when_its_stage_is_complete():
    (found,) = positions(THREE_PLUS_THREE, [False] * 3, {}, ordered=True)
    assert (found.status, found.keys) == (Status.UNDEFINED, ())


@pytest.mark.parametrize("text", ["", "a/3", "1/", "1 of added", "=1", "1.5/3"])
def test_a_key_that_cannot_be_read_is_named(text):
    with pytest.raises(ValueError, match="a DLT rule is named 1/3, <=1/6, >1 or >1 of 3 added"):
        read_key(text)
