"""A text as a QR code (ISO/IEC 18004), for the one page that hands a key over to a phone.

Byte mode, error correction level L, versions 1 to 10 (271 bytes): enough for an address, small enough to be read here
instead of being trusted elsewhere. The mask is chosen by the standard's penalties.
"""

from collections.abc import Iterable, Sequence

Square = list[list[int]]

# Per version: error correction bytes of a block, and the data bytes of each block.
_BLOCKS: Sequence[tuple[int, tuple[int, ...]]] = (
    (7, (19,)),
    (10, (34,)),
    (15, (55,)),
    (20, (80,)),
    (26, (108,)),
    (18, (68, 68)),
    (20, (78, 78)),
    (24, (97, 97)),
    (30, (116, 116)),
    (18, (68, 68, 69, 69)),
)
_ALIGNED = ((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50))
_MASKS = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
_UNSET = -1
LONGEST = 271


def matrix_of(text: str, mask: int | None = None) -> Square:
    """Return the code's squares, row by row, 1 for dark. Raises `ValueError` for more than 271 bytes."""
    raw = text.encode()
    version = next((n for n, (_, blocks) in enumerate(_BLOCKS, 1) if len(raw) + (2 if n < 10 else 3) <= sum(blocks)), 0)
    if not version:
        raise ValueError("too long for a QR code here")
    bits = _bits(_codewords(raw, version))
    plain = _patterns(version)
    finished = [_drawn(plain, bits, n) for n in (range(len(_MASKS)) if mask is None else (mask,))]
    return min(finished, key=_penalty)


def svg_path_of(text: str) -> tuple[int, str]:
    """Return the width of the code in squares with its quiet zone, and an SVG path of its dark squares."""
    square = matrix_of(text)
    dark = (f"M{c + 4} {r + 4}h1v1h-1z" for r, row in enumerate(square) for c, cell in enumerate(row) if cell)
    return len(square) + 8, "".join(dark)


def _codewords(raw: bytes, version: int) -> bytes:
    """Return data and error correction, block by block interleaved."""
    correction, blocks = _BLOCKS[version - 1]
    length_bits, room = (8 if version < 10 else 16), sum(blocks)
    number = (0b0100 << length_bits | len(raw)) << 8 * len(raw) | int.from_bytes(raw, "big")
    used = 4 + length_bits + 8 * len(raw)
    end = min(4, 8 * room - used)
    padding = -(used + end) % 8
    data = (number << end + padding).to_bytes((used + end + padding) // 8, "big")
    data += bytes((0xEC, 0x11)[n % 2] for n in range(room - len(data)))
    parts, at = [], 0
    for size in blocks:
        parts.append(data[at : at + size])
        at += size
    checks = [_correction(part, correction) for part in parts]
    return bytes(_interleaved(parts)) + bytes(_interleaved(checks))


def _interleaved(parts: Sequence[bytes]) -> Iterable[int]:
    return (part[n] for n in range(max(map(len, parts))) for part in parts if n < len(part))


def _times(a: int, b: int) -> int:
    """Return the product in the field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _correction(data: bytes, degree: int) -> bytes:
    """Return the Reed-Solomon remainder of a block."""
    generator, root = [1], 1
    for _ in range(degree):
        longer = [*generator, 0]
        for n, one in enumerate(generator):
            longer[n + 1] ^= _times(one, root)
        generator, root = longer, _times(root, 2)
    rest = [0] * degree
    for byte in data:
        factor = byte ^ rest[0]
        rest = [*rest[1:], 0]
        for n in range(degree):
            rest[n] ^= _times(generator[n + 1], factor)
    return bytes(rest)


def _bits(codewords: bytes) -> list[int]:
    return [byte >> shift & 1 for byte in codewords for shift in range(7, -1, -1)]


def _patterns(version: int) -> Square:
    """Return the squares that are the same in every code of a version; those for data and format are unset or light."""
    size = 17 + 4 * version
    square = [[_UNSET] * size for _ in range(size)]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for r in range(max(0, top - 1), min(size, top + 8)):
            for c in range(max(0, left - 1), min(size, left + 8)):
                ring = max(abs(r - top - 3), abs(c - left - 3))
                square[r][c] = int(ring not in (2, 4))
    centres = _ALIGNED[version - 1]
    for r in centres:
        for c in centres:
            if square[r][c] == _UNSET:
                for dr in range(-2, 3):
                    for dc in range(-2, 3):
                        square[r + dr][c + dc] = int(max(abs(dr), abs(dc)) != 1)
    for n in range(8, size - 8):
        square[6][n] = square[n][6] = 1 - n % 2
    for n in range(9):
        near, far = ((8, n), (n, 8)), ((8, size - 1 - n), (size - 1 - n, 8))
        for r, c in (*near, *(far if n < 8 else ())):
            if square[r][c] == _UNSET:
                square[r][c] = 0  # the format comes here
    square[size - 8][8] = 1
    if version >= 7:
        told = version << 12 | _remainder(version, 0x1F25, 12)
        for n in range(18):
            square[n // 3][size - 11 + n % 3] = square[size - 11 + n % 3][n // 3] = told >> n & 1
    return square


def _drawn(plain: Square, bits: Sequence[int], mask: int) -> Square:
    square = [row[:] for row in plain]
    size, at, upwards = len(square), 0, True
    for right in (c if c > 6 else c - 1 for c in range(size - 1, 0, -2)):
        for n in range(size):
            r = size - 1 - n if upwards else n
            for c in (right, right - 1):
                if plain[r][c] == _UNSET:
                    bit = bits[at] if at < len(bits) else 0
                    at += 1
                    square[r][c] = bit ^ int(_MASKS[mask](r, c))
        upwards = not upwards
    _write_format(square, mask)
    return square


def _write_format(square: Square, mask: int) -> None:
    """Write level and mask beside the corners, twice."""
    size, level = len(square), 0b01
    data = level << 3 | mask
    told = (data << 10 | _remainder(data, 0x537, 10)) ^ 0x5412
    first = [*((n, 8) for n in range(6)), (7, 8), (8, 8), (8, 7), *((8, c) for c in range(5, -1, -1))]
    second = [*((8, size - 1 - n) for n in range(8)), *((size - 7 + n, 8) for n in range(7))]
    for places in (first, second):
        for n, (r, c) in enumerate(places):
            square[r][c] = told >> n & 1


def _remainder(value: int, generator: int, degree: int) -> int:
    rest = value << degree
    while rest.bit_length() > degree:
        rest ^= generator << rest.bit_length() - degree - 1
    return rest


def _penalty(square: Square) -> int:
    """Return how hard a code is to read: runs, blocks, look-alikes of the corners, and too much of one colour."""
    size, points = len(square), 0
    for line in [*square, *map(list, zip(*square, strict=True))]:
        text = "".join(map(str, line))
        for run in text.replace("01", "0 1").replace("10", "1 0").split():
            points += len(run) - 2 if len(run) >= 5 else 0
        for alike in ("10111010000", "00001011101"):
            points += 40 * sum(text.startswith(alike, n) for n in range(size - 10))
    for r in range(size - 1):
        for c in range(size - 1):
            points += 3 * (square[r][c] == square[r][c + 1] == square[r + 1][c] == square[r + 1][c + 1])
    dark = sum(map(sum, square))
    return points + 10 * (abs(dark * 20 - size * size * 10) // (size * size))
