"""Templates kept as resources, in versions: what a deployment names by the id of a template spec.

A version holds a main template and, each under its path, the templates that one links to by `relativePath`.
"""

from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import Any

from lightkeeper.deployments.seams import Seams
from lightkeeper.deployments.values import Value, lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse

VERSION_TYPE = "microsoft.resources/templatespecs/versions"


def in_spec(link: Mapping[str, Any], around: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what a link means of a template spec, `{id, relativePath?}`; None when it means an address.

    A link by `relativePath` inside a template that came from a spec stays in that spec.
    """
    named, relative = lookup(link, "id"), lookup(link, "relativePath")
    if isinstance(named, str) and named:
        return {"id": named}
    came_from = around or {}
    if not isinstance(relative, str) or lookup(link, "uri") is not None or not came_from.get("id"):
        return None
    path = normpath(join(dirname(str(came_from.get("relativePath", ""))), relative.replace("\\", "/")))
    return {"id": came_from["id"], "relativePath": path}


def template_of(call: Call, seams: Seams, found: Mapping[str, Any]) -> Value:
    """Return the template of a spec's version that is meant, read as the caller.

    Raises `Invalid` when the id is none of a version or the version has no such template, `NotFound`, and `Forbidden`.
    """
    id_ = _version(str(found["id"]))
    try:
        document = seams.read(call, id_.text, "")
    except NotFound as problem:
        raise NotFound(
            "TemplateSpecVersionNotFound", f"The template spec version '{id_.text}' could not be found."
        ) from problem
    properties = lookup(document, "properties") or {}
    if "relativePath" not in found:
        return lookup(properties, "mainTemplate")
    for artifact in lookup(properties, "linkedTemplates") or ():
        path = lookup(artifact, "path") if isinstance(artifact, dict) else None
        if isinstance(path, str) and normpath(path.replace("\\", "/")).lower() == found["relativePath"].lower():
            return lookup(artifact, "template")
    raise Invalid(
        "InvalidContentLink", f"The template spec version '{id_.text}' has no template at '{found['relativePath']}'."
    )


def _version(text: str) -> ResourceId:
    try:
        id_ = parse(text)
    except MalformedId as fault:
        raise _no_version(text) from fault
    if id_.type.lower() != VERSION_TYPE:
        raise _no_version(text)
    return id_


def _no_version(text: str) -> Invalid:
    return Invalid(
        "InvalidContentLink",
        f"The id '{text}' is not valid: name a version, '.../templateSpecs/{{name}}/versions/{{version}}'.",
    )
