"""The marketplace's surfaces: terms, partner links, the catalog; and the activity log."""

from datetime import timedelta

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.town import FABRIKAM, OFFER, PLAN, PROD, TECH, Town
from lightkeeper.publishing.partner_ids import first_id_of

TERMS = {
    "subscriptionId": PROD,
    "offerType": "virtualmachine",
    "publisherId": "fabrikam",
    "offerId": OFFER,
    "planId": PLAN,
}
AGREEMENTS = f"/subscriptions/{PROD}/providers/Microsoft.MarketplaceOrdering"
PARTNERS = "/providers/Microsoft.ManagementPartner/partners"
PARTNER = str(first_id_of(FABRIKAM))


def _current(town: Town, asked: Described) -> Knock:
    path = f"{AGREEMENTS}/offerTypes/virtualmachine/publishers/fabrikam/offers/{OFFER}/plans/{PLAN}/agreements/current"
    if asked.method != "PUT":
        return Knock(TERMS)
    terms = town.ask("GET", path, asked.version).json
    terms["properties"]["accepted"] = True
    return Knock(TERMS, terms)


def _signed(town: Town, asked: Described) -> Knock:
    if not asked.name.endswith("_Sign"):
        town.ask("POST", f"{AGREEMENTS}/agreements/fabrikam/offers/{OFFER}/plans/{PLAN}/sign", asked.version)
    return Knock(TERMS)


def _public(town: Town, asked: Described) -> Knock:
    return Knock({"subscriptionId": PROD})


def _partner(town: Town, asked: Described) -> Knock:
    there = town.ask("GET", PARTNERS, asked.version, by=TECH, expect=False).status == 200
    if asked.method == "PUT" and there:
        town.ask("DELETE", f"{PARTNERS}/{PARTNER}", asked.version, by=TECH)
    if asked.method != "PUT" and not there:
        town.ask("PUT", f"{PARTNERS}/{PARTNER}", asked.version, by=TECH)
    return Knock({"partnerId": PARTNER}, by=TECH)


def _events(town: Town, asked: Described) -> Knock:
    town.ask(
        "PUT", f"/subscriptions/{PROD}/resourceGroups/{town.fresh('logged')}", "2021-04-01", {"location": "westeurope"}
    )
    since = town.inner.office.clock.now() - timedelta(days=1)
    # Times without a zone are how az sends them.
    return Knock({"subscriptionId": PROD}, query={"$filter": f"eventTimestamp ge '{since:%Y-%m-%dT%H:%M:%S}'"})


def _catalog(town: Town, asked: Described) -> Knock:
    id_ = f"fabrikam.{OFFER}"
    values = {"id": id_, "uniqueProductId": id_, "reviewId": "1", "location": "westeurope", "edgeZone": "losangeles"}
    query = {"language": "en", "market": "US", "productIds": id_, "searchQuery": "managed", "search": "managed"}
    query |= {"facets": "ProductType,PricingTypes", "select": "All", "suggestionTypes": "Entity"}
    if asked.namespace == "marketplacecatalog" and not asked.path.startswith(("/subscriptions", "/providers")):
        named = {name for name, one in asked.parameters.items() if one["in"] == "query"}
        return Knock(values, query={name: value for name, value in query.items() if name in named}, below="/catalog")
    body = {"searchQuery": "managed"} if asked.name == "Search_PostArm" else None
    return Knock({**values, "subscriptionId": PROD, "apiKeyAlias": "mine"}, body)


KNOCKS: dict[str, Way] = {
    "MarketplaceAgreements_Get": _current,
    "MarketplaceAgreements_Create": _current,
    **{f"MarketplaceAgreements_{verb}": _signed for verb in ("Sign", "Cancel", "GetAgreement", "List")},
    "Operations_List": _public,
    "Operation_List": _public,
    **{f"Partner_{verb}": _partner for verb in ("Get", "Create", "Update", "Delete")},
    "Partners_Get": _partner,
    "ActivityLogs_List": _events,
    "TenantActivityLogs_List": _events,
    "EventCategories_List": _public,
    **dict.fromkeys(("Comments_Get", "CreateApiKey_Post", "EdgeZonesProducts_List", "Facets_Get", "GetApiKeys_List", "Products_Get", "Products_List", "PublicOffers_Get", "PublicOffers_List", "Reviews_Get", "RevokeApiKey_Post", "Search_Get", "Search_PostArm", "Skus_List", "Suggestions_GetProducts"), _catalog),
}  # fmt: skip
