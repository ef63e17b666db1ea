"""From an offer document to the resources of its tree."""

from collections.abc import Callable, Mapping
from typing import Any

from lightkeeper.publishing.exports.facts import active_row, eligible_row
from lightkeeper.publishing.ingestion.names import (
    MAIN,
    OFFER_TYPE,
    durable,
    plan_guid,
    product_guid,
    schema,
)
from lightkeeper.publishing.offer import AudienceRow, Offer, Plan, Row

KIND = "azureManagedService"
_ADDRESS = Callable[[str], str]
LOGOS = {"large": "azureLogoLarge", "medium": "azureLogoMedium", "small": "azureLogoSmall"}


def tree_of(offer: Offer, *, target: str = "draft", url_of: _ADDRESS | None = None) -> dict[str, Any]:
    """Return the resource tree of an offer; `url_of` gives the address of a picture by its path."""
    resources = resources_of(offer, url_of=url_of)
    root = durable("product", product_guid(offer.publisher_id, offer.id))
    return {
        "$schema": schema("resource-tree"),
        "root": root,
        "target": {"targetType": target},
        "resources": resources,
    }


def configure_of(offer: Offer, *, publish: bool = False, url_of: _ADDRESS | None = None) -> dict[str, Any]:
    """Return the body of a `configure` request that makes this offer, here or elsewhere: it names no id of ours."""
    resources = _portable(resources_of(offer, url_of=url_of))
    if publish:
        resources.append(
            {
                "$schema": schema("submission"),
                "product": {"externalId": offer.id},
                "target": {"targetType": "preview"},
            }
        )
    return {"$schema": schema("configure"), "resources": resources}


def _portable(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the resources without their ids; they refer to each other by names that hold inside one request."""
    kinds = ("product", "plan", "listing")
    named = [one["id"] for one in resources if str(one.get("id", "")).partition("/")[0] in kinds]
    names = {durable_id: f"{durable_id.partition('/')[0]}-{n}" for n, durable_id in enumerate(named)}
    found = []
    for resource in resources:
        name = {"resourceName": names[resource["id"]]} if resource.get("id") in names else {}
        rest = {key: value for key, value in resource.items() if key not in ("id", "validations", "$schema")}
        for kind in kinds:
            if rest.get(kind) in names:
                rest[kind] = {"resourceName": names[rest[kind]]}
        found.append({"$schema": resource["$schema"], **name, **rest})
    return found


def resources_of(offer: Offer, *, url_of: _ADDRESS | None = None) -> list[dict[str, Any]]:
    """Return every resource of an offer, the product first."""
    writer = _Writer(offer, url_of or (lambda path: path))
    return [*writer.product(), *(resource for plan in offer.plans for resource in writer.plan(plan))]


class _Writer:
    def __init__(self, offer: Offer, url_of: _ADDRESS) -> None:
        self.offer, self.url_of = offer, url_of
        self.guid = product_guid(offer.publisher_id, offer.id)
        self.listing: Mapping[str, Any] = _block(offer.document, "listing")

    def product(self) -> list[dict[str, Any]]:
        offer = self.offer
        product: dict[str, Any] = {
            "identity": {"externalId": offer.id},
            "type": OFFER_TYPE,
            "alias": offer.alias or offer.id,
            "lifecycleState": "generallyAvailable",
        }
        found = [{"$schema": schema("product"), "id": durable("product", self.guid), **product}]
        found.append(
            self._of(
                "commercial-marketplace-setup",
                sellThroughMicrosoft=False,
                enableTestDrive=False,
                callToAction="free",
            )
        )
        found.append(self._property())
        found.append(self._listing())
        found += self._assets()
        audience = [_audience_row(row) for row in offer.preview_audience]
        found.append(self._of("price-and-availability-offer", previewAudiences=audience))
        leads = dict(_block(offer.document, "customerLeads"))
        destination = leads.pop("destination", "none")
        found.append(self._of("customer-leads", leadDestination=destination, **leads))
        return found

    def _of(self, resource: str, *tail: str, **fields: Any) -> dict[str, Any]:
        ids = {"$schema": schema(resource), "id": durable(resource, self.guid, *tail)}
        return {**ids, "product": durable("product", self.guid), **fields}

    def _property(self) -> dict[str, Any]:
        categories: dict[str, list[str]] = {}
        for category in self.offer.categories:
            name, _, sub = category.partition("/")
            categories.setdefault(name, []).extend([sub] if sub else [])
        terms: dict[str, Any] = {"termsConditions": "custom"}
        if self.offer.terms_text:
            terms["termsOfUse"] = self.offer.terms_text
        if self.offer.terms_url:
            terms["termsOfUseUrl"] = self.offer.terms_url
        return self._of("property", kind=KIND, categories=categories, **terms)

    def _listing(self) -> dict[str, Any]:
        offer, listing = self.offer, self.listing
        fields: dict[str, Any] = {
            "kind": KIND,
            "languageId": offer.language,
            "title": offer.name,
            "searchResultSummary": offer.summary,
            "shortDescription": offer.short_description,
            "description": offer.description,
            "privacyPolicyLink": offer.privacy_policy_link,
            "generalLinks": [
                {"displayText": link.get("title", ""), "link": link.get("url", "")}
                for link in _rows(listing, "usefulLinks")
            ],
        }
        for name in ("supportContact", "engineeringContact"):
            if isinstance(listing.get(name), dict):
                fields[name] = listing[name]
        sites = _block(listing, "supportWebsites")
        if sites.get("azureGlobal"):
            fields["globalSupportWebsite"] = sites["azureGlobal"]
        if sites.get("azureGovernment"):
            fields["governmentSupportWebsite"] = sites["azureGovernment"]
        return self._of("listing", MAIN, **fields)

    def _assets(self) -> list[dict[str, Any]]:
        found = []
        of_listing = {"kind": "azure", "listing": durable("listing", self.guid, MAIN)}
        logo = self.listing.get("logo")
        logos = {"large": logo} if isinstance(logo, str) else logo if isinstance(logo, dict) else {}
        for size, kind in LOGOS.items():
            if isinstance(logos.get(size), str):
                path = logos[size]
                asset = {"type": kind, "url": self.url_of(path), "fileName": path, "languageId": self.offer.language}
                found.append(self._of("listing-asset", kind.lower(), **of_listing, **asset, displayOrder=0))
        for n, shot in enumerate(_rows(self.listing, "screenshots")):
            path = str(shot.get("file", ""))
            asset = {"type": "azureLogoScreenshot", "url": self.url_of(path), "fileName": path, "displayOrder": n}
            more = {"description": shot.get("caption", ""), "languageId": self.offer.language}
            found.append(self._of("listing-asset", f"screenshot-{n}", **of_listing, **asset, **more))
        for n, video in enumerate(_rows(self.listing, "videos")):
            picture = str(video.get("thumbnail", ""))
            assets = {
                "en-us": {
                    "title": video.get("name", ""),
                    "imageList": [{"url": self.url_of(picture), "fileName": picture}],
                }
            }
            trailer = {"streamingUrl": video.get("url", ""), "assets": assets}
            found.append(self._of("listing-trailer", f"trailer-{n}", **of_listing, **trailer))
        return found

    def plan(self, plan: Plan) -> list[dict[str, Any]]:
        guid = plan_guid(self.offer.publisher_id, self.offer.id, plan.id)

        def of(resource: str, *tail: str, **fields: Any) -> dict[str, Any]:
            ids = {"$schema": schema(resource), "id": durable(resource, self.guid, guid, *tail)}
            both = {"product": durable("product", self.guid), "plan": durable("plan", self.guid, guid)}
            return {**ids, **both, **fields}

        state = "deprecated" if plan.deprecated else "generallyAvailable"
        skeleton = {
            "$schema": schema("plan"),
            "id": durable("plan", self.guid, guid),
            "product": durable("product", self.guid),
            "identity": {"externalId": plan.id},
            "alias": (plan.name or plan.id)[:125],
            "azureRegions": ["azureGlobal"],
            "displayRank": _number(plan.path),
            "lifecycleState": state,
        }
        listing = {"name": plan.name, "summary": plan.summary, "description": plan.description, "languageId": "en-us"}
        availability: dict[str, Any] = {
            "visibility": "visible",
            "audience": plan.visibility or "public",
            "customerMarkets": "allMarkets",
            "pricing": {"licenseModel": "byol"},
        }
        if plan.private:
            availability["privateAudiences"] = [_audience_row(row) for row in plan.private_audience]
        manifest = plan.manifest
        written = {
            "version": manifest.version,
            "managedByTenantId": manifest.managed_by_tenant_id,
            "authorizations": [_typed(active_row(row), row) for row in manifest.active],
            "eligibleAuthorizations": [_typed(eligible_row(row), row) for row in manifest.eligible],
        }
        return [
            skeleton,
            of("plan-listing", MAIN, kind=f"{KIND}-plan", **listing),
            of("price-and-availability-plan", **availability),
            of("managed-service-plan-technical-configuration", manifests=[written]),
        ]


def _typed(row: dict[str, Any], of: Row) -> dict[str, Any]:
    """Return a row with the kind of its principal, which ARM's form does not have."""
    return {**row, "principalType": of.principal_type} if of.principal_type else row


def _audience_row(row: AudienceRow) -> dict[str, str]:
    return {"type": "subscription", "id": row.subscription_id, "label": row.description}


def _block(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, dict) else {}


def _rows(value: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _number(path: str) -> int:
    return int(path[path.index("[") + 1 : -1])
