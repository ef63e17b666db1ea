"""Which product and which plan a resource of a configure job speaks of: by durable id, by own id, by a name of the job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.publishing import drafts, store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.ingestion import reading
from lightkeeper.publishing.ingestion.names import LOCAL_NAME, durable, guids_of, plan_guid, product_guid
from lightkeeper.publishing.model import OfferRecord

Resource = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """An offer being changed."""

    id: str
    document: dict[str, Any]
    existing: OfferRecord | None
    pictures: dict[str, bytes] = field(default_factory=dict)
    touched: bool = False


@dataclass(slots=True)
class References:
    """The names of one job: `drafts` by the publisher's id, `local` resources by the name the job gives them."""

    call: Call
    publisher: Publisher
    drafts: dict[str, Draft] = field(default_factory=dict)
    local: dict[str, Resource] = field(default_factory=dict)

    def name(self, resource: Resource) -> None:
        """Remember the name the job gives a resource, if it does. Raises `Invalid` for one that is no name of its own."""
        name = resource.get("resourceName")
        if name is None:
            return
        if not isinstance(name, str) or LOCAL_NAME.fullmatch(name) is None or name in self.local:
            raise Invalid("invalidId", f"'{str(name)[:60]}' is no resourceName of its own.", target="resourceName")
        self.local[name] = resource

    def own_id(self, resource: Resource, kind: str) -> str:
        """Return the publisher's id of a product or plan resource; one that names its durable id must name its own."""
        own = reading.external_id(resource)
        if not own:
            raise Invalid("schemaValidationError", f"A {kind} needs identity.externalId.", target="identity")
        if kind == "product" and "id" in resource:
            expected = durable("product", product_guid(self.publisher.id, own))
            if str(resource["id"]).lower() != expected:
                raise Invalid("invalidId", f"'{str(resource['id'])[:100]}' is not product '{own}'. Ids never change.")
        return own

    def product_id(self, reference: Any) -> str:
        """Return the own id of the product a reference names. Raises `Invalid` for no reference, `NotFound` for no product."""
        if isinstance(reference, Mapping) and "resourceName" in reference:
            return self.own_id(self._named(reference, "product"), "product")
        if isinstance(reference, Mapping) and isinstance(reference.get("externalId"), str):
            return str(reference["externalId"]).lower()
        parts = guids_of(reference) if isinstance(reference, str) else None
        if parts is None or parts[0] != "product" or len(parts[1]) != 1:
            raise Invalid("invalidId", f"'{str(reference)[:100]}' does not refer to a product.", target="product")
        for offer_id in self.drafts:
            if product_guid(self.publisher.id, offer_id) == parts[1][0]:
                return offer_id
        kept = store.find_product(self.call.connection, parts[1][0])
        if kept is not None and kept.publisher_id == self.publisher.id:
            return kept.id
        raise NotFound("resourceNotFound", f"There is no '{reference[:100]}'.", target="product")

    def plan_of(self, draft: Draft, resource: Resource) -> str:
        """Return the own id of the plan a resource is, or names. Raises `Invalid` or `NotFound` like `product_id`."""
        reference = resource.get("plan")
        if reference is None:
            return self.own_id(resource, "plan")
        if isinstance(reference, Mapping) and "resourceName" in reference:
            named = self._named(reference, "plan")
            if self.product_id(named["product"]) != draft.id:
                raise Invalid(
                    "invalidId", f"Plan '{reference['resourceName']}' is not of product '{draft.id}'.", target="plan"
                )
            return self.own_id(named, "plan")
        plans = [str(plan.get("id")) for plan in draft.document.get("plans") or [] if isinstance(plan, dict)]
        if isinstance(reference, Mapping) and reference.get("externalId") in plans:
            return str(reference["externalId"])
        parts = guids_of(reference) if isinstance(reference, str) else None
        if parts is not None and parts[0] == "plan" and len(parts[1]) == 2:
            for plan_id in plans:
                if plan_guid(self.publisher.id, draft.id, plan_id) == parts[1][1]:
                    return plan_id
        if not isinstance(reference, Mapping) and parts is None:
            raise Invalid("invalidId", f"'{str(reference)[:100]}' does not refer to a plan.", target="plan")
        raise NotFound("resourceNotFound", f"Product '{draft.id}' has no plan '{str(reference)[:100]}'.", target="plan")

    def stored(self, offer_id: str) -> Draft:
        """Return the offer as it is kept. Raises `NotFound`."""
        offer = drafts.find_or_refuse(self.call, self.publisher, offer_id)
        return Draft(offer_id, offer.draft.document, offer)

    def _named(self, reference: Mapping[str, Any], kind: str) -> Resource:
        found = self.local.get(str(reference["resourceName"]))
        if found is None or reading.type_of(found) != kind:
            raise Invalid("invalidId", f"No {kind} of this request has the resourceName '{reference['resourceName']}'.")
        return found

    def insist_on_id(self, draft: Draft, kind: str, plan_id: str, given: str) -> None:
        """Raise `Invalid` for the durable id of something else than the resource says it is: ids never change."""
        guid = product_guid(self.publisher.id, draft.id)
        expected = (guid, plan_guid(self.publisher.id, draft.id, plan_id)) if plan_id else (guid,)
        parts = guids_of(given)
        if parts is None or parts[0] != kind or parts[1][: len(expected)] != expected:
            raise Invalid("invalidId", f"'{given[:100]}' is not that {kind} of product '{draft.id}'. Ids never change.")
