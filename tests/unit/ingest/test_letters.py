"""Places of characters and what is marked by them."""

import pytest

from ingest.letters import Letters, of_lines, read_letters


def test_a_line_is_shared_out_by_the_width_of_its_characters() -> None:
    letters = of_lines([("密码ab", (0.1, 0.2, 0.7, 0.3))])
    assert letters.text == "密码ab"
    lefts = [round(box[0], 6) for box in letters.boxes if box]
    assert lefts == [0.1, 0.3, 0.5, 0.6]
    assert all(box and (box[1], box[3]) == (0.2, 0.3) for box in letters.boxes)


def test_a_column_is_shared_out_downwards() -> None:
    letters = of_lines([("购买方", (0.1, 0.2, 0.15, 0.8))])
    assert [round(box[1], 6) for box in letters.boxes if box] == [0.2, 0.4, 0.6]
    assert all(box and (box[0], box[2]) == (0.1, 0.15) for box in letters.boxes)


def test_a_word_over_two_lines_is_marked_on_both() -> None:
    letters = of_lines([("项目密码", (0.1, 0.1, 0.5, 0.14)), ("应用方案", (0.1, 0.2, 0.5, 0.24))])
    assert letters.text == "项目密码\n应用方案"
    marks = letters.marks([(2, 7)])
    assert [tuple(round(value, 3) for value in mark) for mark in marks] == [(0.3, 0.1, 0.5, 0.14), (0.1, 0.2, 0.3, 0.24)]


def test_what_stands_apart_on_one_line_is_marked_apart() -> None:
    letters = Letters("甲乙", ((0.1, 0.1, 0.12, 0.12), (0.8, 0.1, 0.82, 0.12)))
    assert len(letters.marks([(0, 2)])) == 2
    assert letters.marks([]) == ()


@pytest.mark.parametrize(("rotation", "expected"), [
    (0, (0.0, 0.0, 0.2, 0.1)), (90, (0.0, 0.8, 0.1, 1.0)), (180, (0.8, 0.9, 1.0, 1.0)), (270, (0.9, 0.0, 1.0, 0.2))])
def test_a_page_that_lies_on_its_side_is_marked_as_it_lies(rotation: int, expected: tuple[float, ...]) -> None:
    """The upper left corner of the upright page, found again on the picture before it was turned clockwise."""
    turned = Letters("甲", ((0.0, 0.0, 0.2, 0.1),)).turned_back(rotation, 0.0, 1000, 1400)
    assert turned.boxes[0] == pytest.approx(expected)


def test_a_skewed_page_is_marked_where_it_was_skewed() -> None:
    """Two degrees clockwise about the centre made it straight: right of the centre it stands higher on the picture."""
    turned = Letters("甲", ((0.9, 0.5, 0.92, 0.51),)).turned_back(0, 2.0, 1000, 1000)
    box = turned.boxes[0]
    assert box is not None
    assert box[1] == pytest.approx(0.5 - 0.41 * 0.0349, abs=0.002)


def test_letters_survive_being_told() -> None:
    letters = Letters("甲\n乙", ((0.1, 0.2, 0.3, 0.4), None, (0.5, 0.6, 0.7, 0.8)))
    assert read_letters(letters.written()) == letters


@pytest.mark.parametrize("said", ['["a", []]', '[1, [null]]', '["a", [[1, 2]]]', '["a", [["x", 1, 2, 3]]]', '{}', '["a", [[NaN, 0, 1, 1]]]'])
def test_what_a_worker_makes_up_is_no_letters(said: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_letters(said)
