"""Recognition as measured by `bench.recognition`: right when it decides by itself, and not too much left to people."""

import pytest

from archive import taxonomy
from archive.taxonomy import OTHER
from bench.recognition import SEED, measure
from bench.recognition_cases import SEEN, by_source, documents, names, names_alone

RIGHT, REVIEW = 0.97, 0.10


def test_every_type_has_names_of_which_one_was_not_tuned_for() -> None:
    known = {kind.key for kind in taxonomy.load().types} - {OTHER}
    assert names().keys() == known
    assert {len(listed) for listed in names().values()} == {SEEN + 1}


def test_six_hundred_documents() -> None:
    tally = measure(documents(SEED))
    assert tally.total == 600
    assert tally.precision >= RIGHT, tally.figures()
    assert tally.review_share <= REVIEW, tally.figures()
    assert tally.among_three >= 0.95 * tally.review, "what waits for a person should have its type among the three"


@pytest.mark.parametrize("source", ["names seen", "names unseen"])
def test_file_names_alone(source: str) -> None:
    tally = measure(by_source(names_alone(SEED))[source])
    assert tally.total >= 500
    assert tally.precision >= RIGHT, tally.figures()
    assert tally.review_share <= REVIEW, tally.figures()


def test_the_figures_can_fail() -> None:
    """Papers under the names of others are seen for what they are: neither counted right nor quietly accepted."""
    cases = documents(SEED, 100)
    assert measure([type(case)(case.source, OTHER, case.filename, case.pages) for case in cases]).right == 0
