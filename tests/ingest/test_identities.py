"""cartpk.ingest.identities: what looks like a person's own, and what looks like a pseudonym."""

import pytest

from cartpk.ingest.identities import looks_like, masked, number_within

pytestmark = pytest.mark.requirement("URS-309")


@pytest.mark.parametrize(
    ("identifier", "what"),
    [
        ("110101199003071234", "a national identity number"),
        ("11010119900307123X", "a national identity number"),
        ("ID110101199003071234", "a national identity number"),
        ("110101900307123", "a national identity number"),
        ("078-05-1120", "a national identity number"),
        ("943 476 5919", "a health service number"),
        ("13800138000", "a telephone number"),
        ("+86 13800138000", "a telephone number"),
        ("li.ming@example.org", "an e-mail address"),
        ("MRN-0012345", "a hospital number"),
        ("住院号：Z123456", "a hospital number"),
        ("1990-03-07", "a date of birth"),
        ("19900307", "a date of birth"),
        ("1990年3月7日", "a date of birth"),
        ("07.03.1990", "a date of birth"),
        *((name, "a person's name") for name in (
            "张三", "欧阳娜娜", "Li Ming", "LI Ming", "LiMing", "Smith, John", "J. Smith", "Anna-Maria Schmidt",
            "김철수",
        )),
    ],
)  # fmt: skip
def test_a_person(identifier, what):
    assert looks_like(identifier) == what


@pytest.mark.parametrize(
    "identifier",
    ["S-01", "001", "1001", "101-001", "01-701-1015", "NCT04480788-0001", "PT01", "UPN 12", "Patient 5", "Patient Two",
     "Subject One", "PatientA", "CAR-01", "CD7 CAR", "A", "AB", "LiuA", "受试者一", "患者二", "HN0001", "PID0001",
     "200101", "1990", "x" * 300, "<script>alert(1)</script>"],
)  # fmt: skip
def test_a_pseudonym(identifier):
    assert looks_like(identifier) is None


def test_only_the_first_character_is_shown():
    assert masked("张三") == "张*"
    assert masked("110101199003071234") == "1" + "*" * 17


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("seen 110101199003071234 twice", "a national identity number"),
        ("Rash (tel. +86 13800138000)", "a telephone number"),
        ("ask li.ming@hospital.cn", "an e-mail address"),
        ("MRN 0012345: pyrexia", "a hospital number"),
    ],
)
def test_a_number_within_a_text_is_found(text, what):
    assert number_within(text)[0] == what


@pytest.mark.parametrize(
    "text",
    ["Febrile Neutropenia", "Li Ming", "2024-05-08T10:00", "1.3800138000e5", "13800138000.5", "138001380001", "发热",
     "grade 2 @ day 7", "12345678901234567", "CTCAE v5.0", "A1234567890123456789"],
)  # fmt: skip
def test_terms_results_and_dates_are_no_numbers_of_a_person(text):
    assert number_within(text) is None
