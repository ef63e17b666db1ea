"""Names made from names: `guid`, `uniqueString`, `newGuid`, and the hash of a template."""

from struct import iter_unpack

from lightkeeper.deployments.environment import Environment, Place
from lightkeeper.deployments.functions.registry import MANY, aware, function, texts
from lightkeeper.deployments.values import Value, json_of
from lightkeeper.kernel import ids

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_A, _B = 0xAB0E9789, 0x239B961B
_32, _64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


@function("guid", 1, MANY)
def guid(*parts: Value) -> str:
    """Return a GUID that is the same for the same texts, on this and every other platform."""
    return ids.guid_of(*texts("guid", parts))


@function("uniqueString", 1, MANY)
def unique_string(*parts: Value) -> str:
    """Return 13 letters and digits that are the same for the same texts."""
    value = hash_of("-".join(texts("uniqueString", parts)).encode())
    written = []
    for _ in range(13):
        written.append(_LETTERS[value >> 59])
        value = (value << 5) & _64
    return "".join(written)


@aware("newGuid", 0, places=frozenset({Place.PARAMETER}))
def new_guid(environment: Environment) -> str:
    """Return a random GUID; only in the default value of a parameter."""
    return ids.new_guid()


def template_hash(template: Value) -> str:
    """Return the hash a deployment shows for its template: a decimal number over the minified text in upper case."""
    return str(hash_of(json_of(template).upper().encode()))


def hash_of(data: bytes) -> int:
    """Return the 64-bit hash (of the Murmur family) behind `uniqueString`.

    The rotations of whole blocks are written out: a template of megabytes has many blocks.
    """
    one = two = 0
    blocks = len(data) // 8
    for low, high in iter_unpack("<II", data[: 8 * blocks]):
        key = low * _B & _32
        one ^= (key << 15 | key >> 17) * _A & _32
        one = (one << 19 & _32 | one >> 13) + two
        one = (one * 5 + 0x561CCD1B) & _32
        key = high * _A & _32
        two ^= (key << 17 | key >> 15) * _B & _32
        two = (two << 13 & _32 | two >> 19) + one
        two = (two * 5 + 0x0BCAA747) & _32
    tail = data[8 * blocks :]
    if tail:
        one ^= _rotated(int.from_bytes(tail[:4], "little") * _B, 15) * _A & _32
    if len(tail) > 4:
        two ^= _rotated(int.from_bytes(tail[4:], "little") * _A, 17) * _B & _32
    one ^= len(data)
    two ^= len(data)
    one = (one + two) & _32
    two = (two + one) & _32
    one, two = _mixed(one), _mixed(two)
    one = (one + two) & _32
    two = (two + one) & _32
    return two << 32 | one


def _rotated(value: int, by: int) -> int:
    value &= _32
    return (value << by | value >> (32 - by)) & _32


def _mixed(value: int) -> int:
    value ^= value >> 16
    value = value * 0x85EBCA6B & _32
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _32
    return value ^ value >> 16
