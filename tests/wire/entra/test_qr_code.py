"""The key of a second factor as a picture that a phone reads."""

import hashlib

import pytest

from lightkeeper.wire.entra.qr_code import matrix_of, svg_path_of


@pytest.mark.parametrize(
    ("length", "mask", "squares", "known"),
    [
        (17, 1, 21, "d0ab2137e13c3038"),
        (100, 5, 37, "5d98986ca37a221f"),
        (150, 7, 45, "8227ac3067028cd5"),
        (271, 2, 57, "f2e0a392c96b90ff"),
    ],
)
def test_codes_are_those_another_program_draws(length: int, mask: int, squares: int, known: str) -> None:
    """ISO/IEC 18004, versions 1, 5, 7 and 10: square for square what the encoder that npm carries draws."""
    matrix = matrix_of(("0123456789abcdefghij" * 20)[:length], mask)

    drawn = "\n".join("".join(map(str, row)) for row in matrix)
    assert len(matrix) == squares
    assert hashlib.sha256(drawn.encode()).hexdigest().startswith(known)


@pytest.mark.parametrize("length", range(1, 272, 15))
def test_a_code_has_its_three_corners_whatever_it_says(length: int) -> None:
    """And nothing is left undecided."""
    matrix = matrix_of("x" * length)
    size = len(matrix)

    assert {cell for row in matrix for cell in row} == {0, 1}
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert matrix[top][left : left + 7] == matrix[top + 6][left : left + 7] == [1] * 7
        assert matrix[top + 3][left : left + 7] == [1, 0, 1, 1, 1, 0, 1]


def test_what_does_not_fit_is_refused() -> None:
    """Rather than being cut."""
    with pytest.raises(ValueError, match="too long"):
        matrix_of("x" * 272)


def test_the_picture_leaves_a_quiet_margin() -> None:
    """Four squares on each side, as readers need it."""
    width, path = svg_path_of("x")

    assert width == 21 + 8
    assert path.startswith("M4 4h1v1h-1z")
