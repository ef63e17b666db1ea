"""Putting what a deployment links to in the place of its links."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from lightkeeper.deployments import lenient_json, places
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.declared import nowhere
from lightkeeper.deployments.links import shown
from lightkeeper.deployments.seams import Seams
from lightkeeper.deployments.template_specs import in_spec, template_of
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid


def resolved(call: Call, seams: Seams, asked: Asked) -> Asked:
    """Return what is asked for with the linked template and parameters in it; the template's link stays, to be shown.

    Raises `Invalid` for a link that may not or cannot be followed, and when a document is both linked and sent; what
    reading a template spec raises.
    """
    found = asked
    if asked.template_link is not None:
        if asked.template is not None:
            raise _both("template", "templateLink")
        found = _with_template(call, seams, asked, asked.template_link)
    if asked.parameters_link is not None:
        if asked.parameters:
            raise _both("parameters", "parametersLink")
        url = _address(asked.parameters_link, asked.link_around)
        file = _document(seams.links.text(url), url)
        given = lookup(file, "parameters") if isinstance(file, dict) else None
        found = replace(found, parameters=given if given is not None else file, parameters_link=None)
    return found


def _with_template(call: Call, seams: Seams, asked: Asked, link: Mapping[str, Any]) -> Asked:
    at = f"{asked.path}.template"
    spec = in_spec(link, asked.link_around)
    if spec is not None:
        template = template_of(call, seams, spec)
        _check_version(link, template)
        return replace(asked, template=template, template_link=spec, placer=places.inside(at, nowhere, asked.placer))
    url = _address(link, asked.link_around)
    text = seams.links.text(url)
    template = _document(text, url)
    _check_version(link, template)
    placer = places.inside(at, lenient_json.placer(text), asked.placer)
    return replace(asked, template=template, template_link=_kept(link, url), placer=placer)


def _address(link: Mapping[str, Any], around: Mapping[str, Any] | None) -> str:
    uri, relative, query = lookup(link, "uri"), lookup(link, "relativePath"), lookup(link, "queryString")
    base = str((around or {}).get("uri", ""))
    if uri is None and isinstance(relative, str) and base:
        uri = urljoin(base, relative)
    if not isinstance(uri, str) or not uri:
        raise Invalid(
            "InvalidContentLink",
            "The link needs 'uri'; 'relativePath' is only understood inside a template that was linked itself.",
        )
    return f"{uri}?{query.lstrip('?')}" if isinstance(query, str) and query else uri


def _document(text: str, url: str) -> Any:
    try:
        return lenient_json.parse(text)
    except lenient_json.Malformed as fault:
        raise Invalid(
            "InvalidTemplate", f"Deployment template parse failed: 'The document at '{shown(url)}': {fault}'."
        ) from fault


def _check_version(link: Mapping[str, Any], template: Any) -> None:
    wanted = lookup(link, "contentVersion")
    found = lookup(template, "contentVersion") if isinstance(template, dict) else None
    if wanted and wanted != found:
        raise Invalid(
            "InvalidContentLink",
            f"The content version contained in the template '{found}' does not match the content version found in the deployment"
            f" object's TemplateLink property '{wanted}'.",
        )


def _kept(link: Mapping[str, Any], url: str) -> dict[str, Any]:
    version = lookup(link, "contentVersion")
    return {"uri": shown(url)} | ({"contentVersion": version} if version else {})


def _both(one: str, other: str) -> Invalid:
    return Invalid("InvalidTemplate", f"Deployment template validation failed: 'Give '{one}' or '{other}', not both.'.")
