"""Roles as bits: which roles allow an action is one integer, worked out when the action is first seen.

A role has one bit from the first time it is named. The patterns of all permission blocks are sorted once into exact
names and wildcards; an action asks each wildcard once, and the answer is kept. The memory of answers is bounded, because
actions of generic resources come from the caller's path.
"""

from collections.abc import Iterator

from lightkeeper.access.model import OWNER, USER_ACCESS_ADMINISTRATOR, PermissionBlock, Role, RoleId
from lightkeeper.access.patterns import Matcher, matcher_of
from lightkeeper.access.roles import Catalogue

REMEMBERED = 20_000
"""How many actions are remembered before forgetting all of them; the public catalogue has about 21,000."""

AS_DELEGATED = RoleId(":delegated-user-access-administrator")
"""What a provider's User Access Administrator may do by itself: ask for support. Assigning is the service's rule (L106)."""

DELEGATED_ADMINISTRATOR = Role(
    AS_DELEGATED, "User Access Administrator (delegated)", permissions=(PermissionBlock(("Microsoft.Support/*",)),)
)


class Bits:
    """Gives each role id a bit, for good: bits are shared by every view of an index."""

    def __init__(self) -> None:
        self._position: dict[str, int] = {}
        self._ids: list[str] = []

    def of(self, role_id: str) -> int:
        """Return the role's bit; a new one when the role was never named before."""
        position = self._position.get(role_id)
        if position is None:
            position = self._position[role_id] = len(self._ids)
            self._ids.append(role_id)
        return 1 << position

    def ids_in(self, bits: int) -> Iterator[str]:
        """Yield the ids of the roles in a set."""
        while bits:
            lowest = bits & -bits
            yield self._ids[lowest.bit_length() - 1]
            bits ^= lowest


class CompiledRoles:
    """A catalogue, ready to be asked `allowing`."""

    def __init__(self, catalogue: Catalogue, bits: Bits) -> None:
        self.catalogue = catalogue
        self.bits = bits
        self.remembered: dict[str, int] = {}
        self._owners: list[int] = []
        self._gives, self._takes = _Patterns(), _Patterns()
        for role in (*catalogue, DELEGATED_ADMINISTRATOR):
            for block in role.permissions:
                if block.guarded is None:
                    continue
                bit = 1 << len(self._owners)
                self._owners.append(bits.of(role.id))
                self._gives.add(block.actions, bit)
                self._takes.add((*block.not_actions, *block.guarded), bit)

    def allowing(self, action: str) -> int:
        """Return the set of roles that allow a control-plane action, by permission block: notActions stay in theirs."""
        known = self.remembered.get(action)
        if known is not None:
            return known
        lowered = action.lower()
        blocks = self._gives.covering(lowered) & ~self._takes.covering(lowered)
        allowed = 0
        while blocks:
            lowest = blocks & -blocks
            allowed |= self._owners[lowest.bit_length() - 1]
            blocks ^= lowest
        if len(self.remembered) >= REMEMBERED:
            self.remembered.clear()
        self.remembered[action] = allowed
        return allowed

    def delegated_bit(self, role_id: str) -> int:
        """Return the bit a role has inside a delegation.

        Owner (L21) and a deprecated role (L30) give nothing there; User Access Administrator gives what L106 says.
        """
        role = self.catalogue.role_of(role_id)
        if role_id == OWNER or (role is not None and role.deprecated):
            return 0
        return self.bits.of(AS_DELEGATED if role_id == USER_ACCESS_ADMINISTRATOR else role_id)


class _Patterns:
    """Patterns of many blocks, each with the set of blocks it belongs to."""

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._wild: dict[str, tuple[Matcher, int]] = {}

    def add(self, patterns: tuple[str, ...], block: int) -> None:
        for pattern in map(str.lower, patterns):
            if "*" in pattern:
                matcher, blocks = self._wild.get(pattern) or (matcher_of(pattern), 0)
                self._wild[pattern] = (matcher, blocks | block)
            else:
                self._exact[pattern] = self._exact.get(pattern, 0) | block

    def covering(self, action: str) -> int:
        found = self._exact.get(action, 0)
        for matcher, blocks in self._wild.values():
            if matcher(action):
                found |= blocks
        return found
