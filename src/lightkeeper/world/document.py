"""Reads a world file: the text in, the declared world and every fault with its line out.

Three passes: the text's form (source), each value's form (shape), then what values say about each other: names that do
not exist, names and ids used twice, circles. The last pass goes on with whatever the first two left sound, so that one
reading reports everything.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lightkeeper.kernel import ids
from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.world import build, shape, source
from lightkeeper.world.beside import Beside, nothing
from lightkeeper.world.circles import circles_in
from lightkeeper.world.declared_names import Names
from lightkeeper.world.form import WORLD
from lightkeeper.world.model import World
from lightkeeper.world.source import Node

RoleKnown = Callable[[str], bool]


def read(
    text: str, file: str = "world.yaml", *, role_known: RoleKnown | None = None, beside: Beside = nothing
) -> tuple[World, list[Finding]]:
    """Return the world a text declares and every fault in it, in the order of the lines.

    The world is only fit for use when no finding is an error. `role_known` says whether a role's name or id exists;
    without it roles are not looked at. `beside` gives the files the text names.
    """
    tree, findings = source.read(text, file)
    if tree is None:
        if not findings:
            findings = [
                Finding("Empty", "", "The file declares nothing.", "Start with 'tenants:'.", place=Place(file, 1, 1))
            ]
        return World(), findings
    sound = shape.read(tree, WORLD, "", findings)
    names = Names(sound, _place_of(tree), beside)
    findings += names.findings
    world = build.world_of(sound, names)
    findings += names.findings
    findings += _circles(world, names)
    findings += _doubles(world, names)
    if role_known is not None:
        findings += _unknown_roles(world, role_known)
    return world, sorted(_unique(findings), key=lambda f: (f.place.line, f.place.column) if f.place else (0, 0))


def _place_of(tree: Node) -> Callable[[str], Place]:
    """Return a look-up from a dotted path to the place of its key (of the file's start when there is none)."""
    places: dict[str, Place] = {}

    def walk(node: Node, at: str, depth: int) -> None:
        if node.entries is not None and depth < 8:
            for key, value in node.entries:
                path = f"{at}.{key.text}" if at else key.text
                places[path] = key.place
                walk(value, path, depth + 1)
        elif node.items is not None and depth < 8:
            for n, item in enumerate(node.items):
                places[f"{at}[{n}]"] = item.place
                walk(item, f"{at}[{n}]", depth + 1)

    walk(tree, "", 0)
    return lambda path: places.get(path, tree.place)


def _circles(world: World, names: Names) -> Iterable[Finding]:
    for tenant in world.tenants:
        label = {group.id: group.name for group in tenant.groups}
        inside = {g.id: [m for m in g.members if m in label] for g in tenant.groups}
        for circle in circles_in(inside):
            path = f"tenants.{tenant.name}.groups.{label[circle[0]]}"
            told = " > ".join(label[one] for one in [*circle, circle[0]])
            yield Finding(
                "Circle",
                path,
                f"These groups contain each other: {told}.",
                "Remove one of the memberships.",
                place=names.place(path),
            )
    above = {g.name.lower(): [g.parent.lower()] for g in world.management_groups if g.parent}
    spelled = {g.name.lower(): g.name for g in world.management_groups}
    for circle in circles_in(above):
        path = f"managementGroups.{spelled[circle[0]]}"
        told = " > ".join(spelled[one] for one in [*circle, circle[0]])
        yield Finding(
            "Circle",
            path,
            f"These management groups are below each other: {told}.",
            "Give one of them another parent.",
            place=names.place(path),
        )


def _doubles(world: World, names: Names) -> Iterable[Finding]:
    principals: list[tuple[str, str]] = []
    for tenant in world.tenants:
        at = f"tenants.{tenant.name}"
        principals += [(u.id, f"{at}.users.{u.name}") for u in tenant.users]
        principals += [(g.id, f"{at}.groups.{g.name}") for g in tenant.groups]
        principals += [(s.id, f"{at}.servicePrincipals.{s.name}") for s in tenant.service_principals]
    kinds: Mapping[str, list[tuple[str, str]]] = {
        "tenant id": [(t.id, f"tenants.{t.name}") for t in world.tenants],
        "domain": [(t.domain, f"tenants.{t.name}") for t in world.tenants],
        "object id": principals,
        **{
            f"application id in {tenant.name}": [
                (s.app_id, f"tenants.{tenant.name}.servicePrincipals.{s.name}") for s in tenant.service_principals
            ]
            for tenant in world.tenants
        },
        "subscription id": [(s.id, f"subscriptions.{s.name}") for s in world.subscriptions],
    }
    for what, pairs in kinds.items():
        first: dict[str, str] = {}
        for value, path in pairs:
            if value in first:
                message = f"{path} has the same {what} as {first[value]}: {value}."
                yield Finding(
                    "DuplicateId", path, message, f"Give one of them another {what}.", place=names.place(path)
                )
            first.setdefault(value, path)
    resources: dict[str, str] = {}
    for subscription in world.subscriptions:
        for group in subscription.resource_groups:
            for resource in group.resources:
                if resource.id.lower() in resources:
                    message = f"The resource {resource.type} '{resource.name}' stands here a second time."
                    yield Finding("DuplicateName", resource.id, message, "Remove one of the two.", place=resource.place)
                resources[resource.id.lower()] = resource.id
    assignments: set[str] = set()
    for assignment in world.role_assignments:
        if assignment.id in assignments:
            message = "This role assignment stands here a second time."
            yield Finding("DuplicateId", assignment.id, message, "Remove one of the two.", place=assignment.place)
        assignments.add(assignment.id)


def _unknown_roles(world: World, role_known: RoleKnown) -> Iterable[Finding]:
    for assignment in world.role_assignments:
        role = assignment.role.rsplit("/", 1)[-1] if assignment.role.startswith("/") else assignment.role
        if not role_known(role):
            what = "id" if ids.is_guid(role) else "name"
            message = f"No role has the {what} '{assignment.role}'."
            yield Finding(
                "UnknownRole", "roleAssignments", message, "Write a built-in role's name or id.", place=assignment.place
            )


def _unique(findings: Iterable[Any]) -> list[Finding]:
    return list(dict.fromkeys(findings))
