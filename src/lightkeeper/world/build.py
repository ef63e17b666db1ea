"""From the sound part of a world file to the declared world: names to ids, defaults filled in."""

from lightkeeper.world.build_grants import assignments_of, partner_links_of
from lightkeeper.world.build_people import tenant_of
from lightkeeper.world.build_tree import management_group_of, parents_first, subscription_of
from lightkeeper.world.declared_names import Names
from lightkeeper.world.model import DeclaredPublisher, World
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import maps as _maps
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node

DEFAULT_PROGRAM = "commercialMarketplace"


def world_of(sound: Sound, names: Names) -> World:
    """Return the world the sound part of a file declares; uses of unknown names are noted in `names`."""
    return World(
        tenants=tuple(tenant_of(name, inner, names) for name, inner in _maps(sound, "tenants")),
        publishers=tuple(_publisher(name, inner, names) for name, inner in _maps(sound, "publishers")),
        management_groups=parents_first(
            [management_group_of(n, i, names) for n, i in _maps(sound, "managementGroups")]
        ),
        subscriptions=tuple(subscription_of(name, inner, names) for name, inner in _maps(sound, "subscriptions")),
        role_assignments=tuple(assignments_of(sound, names)),
        partner_links=tuple(partner_links_of(sound, names)),
    )


def _publisher(name: str, sound: Sound, names: Names) -> DeclaredPublisher:
    at = f"publishers.{name}"
    tenant_id = names.tenant(sound, "tenant", at)
    members = []
    for member, role in (sound.get("members") or {}).items():
        if not isinstance(role, Node):
            continue
        place = names.place(f"{at}.members.{member}")
        found = (
            names.principal(Node(place, scalar=member), _text(sound, "tenant"), f"{at}.members.{member}")
            if tenant_id
            else ""
        )
        if found:
            members.append((found, str(role.scalar)))
    return DeclaredPublisher(
        id=name,
        tenant_id=tenant_id,
        display_name=_text(sound, "displayName", name),
        programs=tuple(str(node.scalar) for node in sound.get("programs") or ())
        if "programs" in sound
        else (DEFAULT_PROGRAM,),
        designations=tuple(str(node.scalar) for node in sound.get("designations") or ()),
        members=tuple(members),
        verification=_text(sound, "verification", "authorized"),
        partner_ids=tuple(str(node.scalar) for node in sound.get("partnerIds") or ()),
    )
