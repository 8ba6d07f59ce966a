"""What something is about: one spelling of each code, and every spelling that people type."""

import pytest

from demandctl.language.subject import LEDGER, About, Subject, read_number

SUBJECTS = [
    (Subject.demand(12), "D12", "需求 D12"),
    (Subject.customer(3), "K00003", "客户 K00003"),
    (Subject.customer(1234567), "K1234567", "客户 K1234567"),
    (Subject.revisit(4), "R4", "回访 R4"),
    (LEDGER, "台账", "台账"),
]


@pytest.mark.parametrize(("subject", "code", "words"), SUBJECTS)
def test_a_subject_has_one_code_and_its_words(subject: Subject, code: str, words: str) -> None:
    assert (subject.code, f"{subject}", subject.words) == (code, code, words)


@pytest.mark.parametrize("subject", [subject for subject, *_ in SUBJECTS if subject != LEDGER])
def test_every_code_is_read_back_whatever_a_bare_number_means(subject: Subject) -> None:
    for bare in (None, *About):
        assert Subject.read(subject.code, bare) == subject
        assert Subject.read(subject.code.lower(), bare) == subject


@pytest.mark.parametrize("text", ["12", "#12", "D12", "d12", " D12 ", "１２", "Ｄ１２", "＃１２", "d０12"])
def test_a_demand_is_read_however_its_number_is_typed(text: str) -> None:
    assert Subject.read(text, About.DEMAND) == Subject.demand(12)


@pytest.mark.parametrize("text", ["", "D", "DD12", "12D", "D-1", "D1.5", "+12", "１２号", "台账", "D1" * 7, "K 3"])
def test_what_is_no_code_names_nothing(text: str) -> None:
    assert Subject.read(text, About.DEMAND) is None


def test_the_letter_says_what_is_meant_and_another_kind_is_not_taken_for_it() -> None:
    assert read_number("R4", About.DEMAND) is None
    assert read_number("R4", About.REVISIT) == 4


def test_a_bare_number_may_be_left_to_be_a_name() -> None:
    assert read_number("12", About.CUSTOMER, bare=False) is None
    assert read_number("k12", About.CUSTOMER, bare=False) == 12
