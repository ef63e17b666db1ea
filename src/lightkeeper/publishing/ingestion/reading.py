"""From resources of the Product Ingestion API to an offer document: each resource changes its part and leaves the rest.

Resources come with their references resolved: `product` and `plan` are external ids here. Reading is lenient; what is
wrong with the offer is for its check to say.
"""

import base64
import binascii
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lightkeeper.delegation.model import version_of
from lightkeeper.publishing.ingestion.names import schema_parts
from lightkeeper.publishing.ingestion.writing import LOGOS

Resource = Mapping[str, Any]
Pictures = dict[str, bytes]


def type_of(resource: Resource) -> str:
    """Return a resource's type by its `$schema`; empty when that has another form."""
    parts = schema_parts(resource.get("$schema"))
    return parts[0] if parts else ""


def offer_from_tree(tree: Mapping[str, Any], publisher_id: str) -> tuple[dict[str, Any], Pictures]:
    """Return the offer document a resource tree (or a configure body) describes, and the pictures it carries inside.

    References inside the tree are followed whatever their form; unknown resources are left out.
    """
    items = tree.get("resources")
    resources: list[dict[str, Any]] = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    product = next((one for one in resources if type_of(one) == "product"), {})
    document: dict[str, Any] = {
        "offer": {"publisher": publisher_id, "id": external_id(product), "alias": product.get("alias", "")}
    }
    names = {ref: external_id(one) for one in resources if type_of(one) == "plan" for ref in _references_to(one)}
    pictures: Pictures = {}
    for resource in sorted(resources, key=lambda one: (type_of(one) != "plan", _rank(one))):
        plan = names.get(_reference(resource.get("plan")), "") if "plan" in resource else ""
        apply(document, resource, plan, pictures)
    return document, pictures


def _rank(resource: Resource) -> int:
    rank = resource.get("displayRank")
    return rank if isinstance(rank, int) else 0


def external_id(resource: Resource) -> str:
    """Return the publisher's own id of a product or plan."""
    identity = resource.get("identity")
    return str(identity.get("externalId") or "") if isinstance(identity, Mapping) else ""


def _references_to(resource: Resource) -> list[str]:
    names = [resource.get("id"), f"local:{resource.get('resourceName')}", f"external:{external_id(resource)}"]
    return [name for name in names if isinstance(name, str)]


def _reference(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"local:{value['resourceName']}" if "resourceName" in value else f"external:{value.get('externalId')}"
    return str(value)


def apply(document: dict[str, Any], resource: Resource, plan_id: str, pictures: Pictures) -> None:
    """Change the part of the document that a resource describes; `pictures` gets what it carries inside."""
    kind = type_of(resource)
    if kind == "product" and resource.get("alias"):
        _part(document, "offer")["alias"] = resource["alias"]
    elif kind == "property":
        document["properties"] = _properties(resource)
    elif kind == "listing":
        _take_listing(_part(document, "listing"), resource)
    elif kind == "listing-asset":
        _take_asset(_part(document, "listing"), resource, pictures)
    elif kind == "listing-trailer":
        _take_trailer(_part(document, "listing"), resource, pictures)
    elif kind == "price-and-availability-offer":
        document["previewAudience"] = audience_rows(resource.get("previewAudiences"))
    elif kind == "customer-leads":
        document["customerLeads"] = _leads(resource)
    elif kind == "plan":
        plan = plan_in(document, external_id(resource) or plan_id)
        plan.setdefault("name", resource.get("alias") or plan["id"])
        if resource.get("lifecycleState") == "deprecated":
            plan["lifecycleState"] = "deprecated"
        elif "lifecycleState" in resource:
            plan.pop("lifecycleState", None)
    elif kind == "plan-listing":
        plan = plan_in(document, plan_id)
        plan["name"] = resource.get("name") or plan.get("name") or plan_id
        plan["listing"] = {key: resource[key] for key in ("summary", "description") if key in resource}
    elif kind == "price-and-availability-plan":
        _take_availability(plan_in(document, plan_id), resource)
    elif kind == "managed-service-plan-technical-configuration":
        _take_manifest(plan_in(document, plan_id), resource)


def plan_in(document: dict[str, Any], plan_id: str) -> dict[str, Any]:
    """Return the plan of this id in the document, made when it is not there."""
    if not isinstance(document.get("plans"), list):
        document["plans"] = []
    plans = document["plans"]
    for plan in plans:
        if isinstance(plan, dict) and plan.get("id") == plan_id:
            return plan
    plans.append({"id": plan_id, "visibility": "public"})
    made: dict[str, Any] = plans[-1]
    return made


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a block of the document to write into, made when there is none."""
    if not isinstance(document.get(name), dict):
        document[name] = {}
    found: dict[str, Any] = document[name]
    return found


def audience_rows(value: Any) -> list[dict[str, str]]:
    """Return rows of an audience in the document's words."""
    return [
        {"subscriptionId": str(row.get("id", "")), **({"description": str(row["label"])} if row.get("label") else {})}
        for row in _mappings(value)
    ]


def _properties(resource: Resource) -> dict[str, Any]:
    chosen = resource.get("categories")
    categories: list[str] = []
    for name, subs in chosen.items() if isinstance(chosen, Mapping) else ():
        categories += [f"{name}/{sub}" for sub in (subs if isinstance(subs, list) else ())] or [name]
    terms = {"text": resource.get("termsOfUse"), "url": resource.get("termsOfUseUrl")}
    return {"categories": categories, "terms": {key: value for key, value in terms.items() if value}}


_LISTING = {
    "title": "name", "searchResultSummary": "searchResultsSummary", "shortDescription": "shortDescription",
    "description": "description", "privacyPolicyLink": "privacyPolicyLink",
}  # fmt: skip


def _take_listing(listing: dict[str, Any], resource: Resource) -> None:
    for theirs, ours in _LISTING.items():
        if theirs in resource:
            listing[ours] = resource[theirs]
    if isinstance(resource.get("languageId"), str) and resource["languageId"] != listing.get("language", "en-us"):
        listing["language"] = resource["languageId"]
    if resource.get("generalLinks"):
        listing["usefulLinks"] = [
            {"title": link.get("displayText", ""), "url": link.get("link", "")}
            for link in _mappings(resource["generalLinks"])
        ]
    else:
        listing.pop("usefulLinks", None)
    for name in ("supportContact", "engineeringContact"):
        if isinstance(resource.get(name), Mapping):
            listing[name] = {key: resource[name][key] for key in ("name", "email", "phone") if resource[name].get(key)}
    sites = {
        "azureGlobal": resource.get("globalSupportWebsite"),
        "azureGovernment": resource.get("governmentSupportWebsite"),
    }
    kept = {key: value for key, value in sites.items() if value}
    if kept:
        listing["supportWebsites"] = kept


def _take_asset(listing: dict[str, Any], resource: Resource, pictures: Pictures) -> None:
    kind = str(resource.get("type"))
    sizes = {theirs: size for size, theirs in LOGOS.items()}
    if kind in sizes:
        path = _picture(resource, f"media/logo-{sizes[kind]}.png", pictures)
        before = listing.get("logo")
        logos = {"large": before} if isinstance(before, str) else dict(before) if isinstance(before, dict) else {}
        logos[sizes[kind]] = path
        listing["logo"] = logos["large"] if list(logos) == ["large"] else logos
    elif kind == "azureLogoScreenshot":
        given = resource.get("displayOrder")
        order = given if isinstance(given, int) and given >= 0 else 0
        path = _picture(resource, f"media/screenshot-{order + 1}.png", pictures)
        shots = [one for one in _mappings(listing.get("screenshots")) if one.get("file") != path]
        shots.insert(min(order, len(shots)), {"file": path, "caption": resource.get("description", "")})
        listing["screenshots"] = shots


def _take_trailer(listing: dict[str, Any], resource: Resource, pictures: Pictures) -> None:
    assets = resource.get("assets")
    first: Any = next(iter(assets.values()), {}) if isinstance(assets, Mapping) else {}
    told: Resource = first if isinstance(first, Mapping) else {}
    images = told.get("imageList")
    image = images[0] if isinstance(images, list) and images and isinstance(images[0], Mapping) else {}
    videos = [one for one in _mappings(listing.get("videos")) if one.get("url") != resource.get("streamingUrl")]
    thumbnail = _picture(image, f"media/video-{len(videos) + 1}.png", pictures)
    videos.append({"name": told.get("title", ""), "url": resource.get("streamingUrl", ""), "thumbnail": thumbnail})
    listing["videos"] = videos


def _picture(resource: Resource, otherwise: str, pictures: Pictures) -> str:
    """Return the path of a picture; a `data:` address carries it inside."""
    url, name = str(resource.get("url") or ""), resource.get("fileName")
    path = name if isinstance(name, str) and name else otherwise
    head, comma, coded = url.partition(",")
    if comma and head.lower().startswith("data:image/png"):
        try:
            pictures[path] = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            pictures[path] = b""  # the check says that it is no picture
    return path


def _leads(resource: Resource) -> dict[str, Any]:
    found = {"destination": resource.get("leadDestination", "none")}
    found |= {k: deepcopy(v) for k, v in resource.items() if k.endswith("LeadConfiguration") or k == "contactEmail"}
    return found


def _take_availability(plan: dict[str, Any], resource: Resource) -> None:
    plan["visibility"] = resource.get("audience", plan.get("visibility", "public"))
    if "privateAudiences" in resource:
        plan["privateAudience"] = audience_rows(resource["privateAudiences"])
    elif plan["visibility"] == "public":
        plan.pop("privateAudience", None)


def _take_manifest(plan: dict[str, Any], resource: Resource) -> None:
    """Of several manifests the one with the greatest version is the current one."""
    manifests = _mappings(resource.get("manifests"))
    if not manifests:
        return
    current = max(manifests, key=lambda one: version_of(str(one.get("version", ""))))
    rows = [_row(row, "active") for row in _mappings(current.get("authorizations"))]
    rows += [_row(row, "eligible") for row in _mappings(current.get("eligibleAuthorizations"))]
    plan["manifest"] = {
        "version": str(current.get("version", "")),
        "managedByTenantId": str(current.get("managedByTenantId", "")),
        "authorizations": rows,
    }


def _row(row: Resource, access: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "principalId": row.get("principalId", ""),
        "principalDisplayName": row.get("principalIdDisplayName", ""),
        "roleDefinitionId": row.get("roleDefinitionId", ""),
        "accessType": access,
    }
    for name in ("principalType", "delegatedRoleDefinitionIds"):
        if row.get(name):
            found[name] = row[name]
    policy = row.get("justInTimeAccessPolicy")
    if isinstance(policy, Mapping):
        found["maximumActivationDuration"] = policy.get("maximumActivationDuration", "PT8H")
        found["requireMfa"] = policy.get("multiFactorAuthProvider") == "Azure"
        approvers = _mappings(policy.get("managedByTenantApprovers"))
        if approvers:
            found["approvers"] = [
                {
                    "principalId": one.get("principalId", ""),
                    "principalDisplayName": one.get("principalIdDisplayName", ""),
                }
                for one in approvers
            ]
    return found


def _mappings(value: Any) -> list[Resource]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
