"""Making the resources of a configure job so: references resolved, drafts changed, submissions started, in order."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.kernel import clock
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.publishing import drafts, service, store, submission_store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.ingestion import reading
from lightkeeper.publishing.ingestion.forms import insist_on_form, insist_on_ours
from lightkeeper.publishing.ingestion.names import (
    LOCAL_NAME,
    OFFER_TYPE,
    durable,
    guids_of,
    plan_guid,
    product_guid,
)
from lightkeeper.publishing.lifecycle import is_locked
from lightkeeper.publishing.model import Environment, OfferRecord
from lightkeeper.publishing.offer import AudienceRow

Resource = dict[str, Any]
_FIRST = ("product", "plan")
_LAST = ("price-and-availability-update-private-audiences", "submission")


@dataclass(slots=True)
class Changes:
    """A job at work; `at[0]` names the resource in hand, for whoever has to say which one failed."""

    call: Call
    publisher: Publisher
    resources: list[Resource]
    at: list[str]
    results: list[Resource] = field(default_factory=list)
    submission_id: str | None = None
    target: str = ""


@dataclass(slots=True)
class _Draft:
    """An offer being changed."""

    id: str
    document: dict[str, Any]
    existing: OfferRecord | None
    pictures: dict[str, bytes] = field(default_factory=dict)
    touched: bool = False


def gather(changes: Changes) -> None:
    """Make every resource so. Raises the `Problem` of the first that cannot be; `changes.at` then names it."""
    _Work(changes).run()


class _Work:
    def __init__(self, changes: Changes) -> None:
        self.changes, self.call, self.publisher = changes, changes.call, changes.publisher
        self.drafts: dict[str, _Draft] = {}
        self.local: dict[str, Resource] = {}

    def run(self) -> None:
        resources = self.changes.resources
        for resource in resources:
            self._name(resource)
            insist_on_form(resource)
            name = resource.get("resourceName")
            if name is not None:
                if not isinstance(name, str) or LOCAL_NAME.fullmatch(name) is None or name in self.local:
                    raise Invalid(
                        "invalidId", f"'{str(name)[:60]}' is no resourceName of its own.", target="resourceName"
                    )
                self.local[name] = resource
        ranks = {**dict.fromkeys(_LAST, 3), "product": 0, "plan": 1}
        for resource in sorted(resources, key=lambda one: ranks.get(reading.type_of(one), 2)):
            self._name(resource)
            kind = reading.type_of(resource)
            if kind == "submission":
                self._save_all()
                self._submit(resource)
            elif kind == "price-and-availability-update-private-audiences":
                self._save_all()
                self._sync(resource)
            else:
                self._change(kind, resource)
        self._save_all()
        self._report()

    def _name(self, resource: Resource) -> None:
        self.changes.at[0] = str(resource.get("resourceName") or resource.get("id") or resource.get("$schema") or "")

    def _change(self, kind: str, resource: Resource) -> None:
        draft = self._draft_of(resource, kind)
        state = resource.get("lifecycleState")
        if kind == "product":
            self._product(draft, resource)
            if state == "deleted":
                self._delete(draft)
            return
        draft.touched = True
        plan_id = self._plan_of(draft, resource) if "plan" in resource or kind == "plan" else ""
        if kind == "plan" and state == "deleted":
            self._delete_plan(draft, plan_id)
            return
        insist_on_ours(kind, resource)
        reading.apply(draft.document, resource, plan_id, draft.pictures)

    def _product(self, draft: _Draft, resource: Resource) -> None:
        if resource["type"] != OFFER_TYPE:
            raise Invalid("notSupported", f"Only products of type '{OFFER_TYPE}' are published here.", target="type")
        draft.touched = True
        reading.apply(draft.document, resource, "", draft.pictures)

    def _delete(self, draft: _Draft) -> None:
        if draft.existing is None:
            raise NotFound("resourceNotFound", f"There is no product '{draft.id}' to delete.")
        service.delete_offer(self.call, self.publisher.id, draft.id)
        del self.drafts[draft.id]

    def _delete_plan(self, draft: _Draft, plan_id: str) -> None:
        states = service.plan_states(self.call, self.publisher.id, draft.id) if draft.existing else []
        if any(one["planId"] == plan_id and one["state"] != "Draft" for one in states):
            raise Invalid("invalidEntityStatus", f"Plan '{plan_id}' was published and cannot be deleted. Deprecate it.")
        plans = draft.document.get("plans") or []
        draft.document["plans"] = [plan for plan in plans if isinstance(plan, dict) and plan.get("id") != plan_id]

    def _draft_of(self, resource: Resource, kind: str) -> _Draft:
        offer_id = self._own_id(resource, "product") if kind == "product" else self._product_id(resource.get("product"))
        if offer_id in self.drafts:
            return self.drafts[offer_id]
        self.call.hold(f"offer:{self.publisher.id}.{offer_id}")
        existing = store.find(self.call.connection, self.publisher.id, offer_id)
        if existing is None and kind != "product":
            raise NotFound("resourceNotFound", f"There is no product '{offer_id}'.", target="product")
        if existing is not None and is_locked(existing.stage):
            raise Conflict("productLocked", f"Product '{offer_id}' is being published ({existing.status}). Wait.")
        blank = {"offer": {"publisher": self.publisher.id, "id": offer_id}}
        document = deepcopy(existing.draft.document) if existing else blank
        self.drafts[offer_id] = _Draft(offer_id, document, existing)
        return self.drafts[offer_id]

    def _own_id(self, resource: Resource, kind: str) -> str:
        """Return the publisher's id of a product or plan resource; one that names its durable id must name its own."""
        own = reading.external_id(resource)
        if not own:
            raise Invalid("schemaValidationError", f"A {kind} needs identity.externalId.", target="identity")
        if kind == "product" and "id" in resource:
            expected = durable("product", product_guid(self.publisher.id, own))
            if str(resource["id"]).lower() != expected:
                raise Invalid("invalidId", f"'{str(resource['id'])[:100]}' is not product '{own}'. Ids never change.")
        return own

    def _product_id(self, reference: Any) -> str:
        if isinstance(reference, Mapping) and "resourceName" in reference:
            return self._own_id(self._local(reference, "product"), "product")
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

    def _plan_of(self, draft: _Draft, resource: Resource) -> str:
        reference = resource.get("plan")
        if reference is None:
            return self._own_id(resource, "plan")
        if isinstance(reference, Mapping) and "resourceName" in reference:
            return self._own_id(self._local(reference, "plan"), "plan")
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

    def _local(self, reference: Mapping[str, Any], kind: str) -> Resource:
        found = self.local.get(str(reference["resourceName"]))
        if found is None or reading.type_of(found) != kind:
            raise Invalid("invalidId", f"No {kind} of this request has the resourceName '{reference['resourceName']}'.")
        return found

    def _save_all(self) -> None:
        for draft in self.drafts.values():
            if draft.touched:
                service.put_offer(self.call, self.publisher.id, draft.id, draft.document, draft.pictures)
                draft.existing = store.find(self.call.connection, self.publisher.id, draft.id)
                assert draft.existing is not None  # it was just stored
                draft.document, draft.touched = deepcopy(draft.existing.draft.document), False

    def _submit(self, resource: Resource) -> None:
        offer_id = self._product_id(resource["product"])
        target = resource["target"].get("targetType") if isinstance(resource["target"], Mapping) else None
        if resource.get("lifecycleState") == "deprecated":
            self._deprecate(offer_id, resource, target)
        elif target == "preview":
            self.changes.submission_id = service.publish(self.call, self.publisher.id, offer_id).id
            self.changes.target = "preview"
        elif target == "live":
            number = self._number(resource, offer_id)
            waiting = service.get_submission(self.call, self.publisher.id, offer_id)
            if waiting is None or waiting.number != number:
                raise Invalid("invalidState", f"Submission {number} is not the preview of '{offer_id}'.", target="id")
            done = service.go_live(self.call, self.publisher.id, offer_id, submission_id=waiting.id)
            self.changes.submission_id, self.changes.target = done.id, "live"
        else:
            raise Invalid(
                "notSupported", f"'{str(target)[:40]}' is no target here. Use preview or live.", target="target"
            )
        self.drafts.pop(offer_id, None)

    def _number(self, resource: Resource, offer_id: str) -> int:
        parts = guids_of(str(resource.get("id") or ""))
        guid = product_guid(self.publisher.id, offer_id)
        if parts is None or parts[0] != "submission" or len(parts[1]) != 2 or parts[1][0] != guid:
            raise Invalid("invalidState", "Going live needs the id of the preview submission.", target="id")
        return int(parts[1][1]) if parts[1][1].isdecimal() else -1

    def _deprecate(self, offer_id: str, resource: Resource, target: Any) -> None:
        if target != "live":
            raise Invalid("invalidState", "A product is deprecated by its live submission.", target="target")
        offer = drafts.find_or_refuse(self.call, self.publisher, offer_id)
        live = store.environment_of(self.call.connection, offer, Environment.LIVE)
        submission = submission_store.find_submission(self.call.connection, live[1]) if live else None
        if submission is None:
            raise Invalid("notDeployed", f"Product '{offer_id}' is not live.", target="product")
        if submission.number != self._number(resource, offer_id):
            raise Invalid("invalidState", f"The live submission is number {submission.number}.", target="id")
        schedule = resource.get("deprecationSchedule")
        schedule = schedule if isinstance(schedule, Mapping) else {}
        service.deprecate(
            self.call,
            self.publisher.id,
            offer_id,
            reason=str(schedule.get("reason") or "other"),
            alternative=str(schedule.get("alternative") or ""),
            notice=clock.duration(str(schedule.get("dateOffset") or "PT0S")),
        )

    def _sync(self, resource: Resource) -> None:
        if any(reading.type_of(one) == "submission" for one in self.changes.resources):
            raise Invalid("invalidRequest", "A private audience is updated without a submission in the same request.")
        offer_id = self._product_id(resource["product"])
        offer = drafts.find_or_refuse(self.call, self.publisher, offer_id)
        plan_id = self._plan_of(_Draft(offer_id, offer.draft.document, offer), resource)
        audiences = resource["privateAudiences"]
        if not isinstance(audiences, Mapping):
            raise Invalid(
                "schemaValidationError", "privateAudiences must have add and remove.", target="privateAudiences"
            )
        add = reading.audience_rows(audiences.get("add") or [])
        remove = reading.audience_rows(audiences.get("remove") or [])
        service.sync_audience(
            self.call,
            self.publisher.id,
            offer_id,
            plan_id=plan_id,
            add=[AudienceRow(row["subscriptionId"], row.get("description", "")) for row in add],
            remove=[row["subscriptionId"] for row in remove],
        )

    def _report(self) -> None:
        """Say how each resource is called now."""
        for resource in self.changes.resources:
            kind = reading.type_of(resource)
            told = {key: value for key, value in resource.items() if key not in ("url", "privateAudiences")}
            if kind == "product" and resource.get("lifecycleState") != "deleted":
                told["id"] = durable("product", product_guid(self.publisher.id, self._own_id(resource, "product")))
            elif kind == "customer-leads":
                told = {key: told[key] for key in ("$schema", "product", "leadDestination") if key in told}
            elif kind == "plan" and "plan" not in resource:
                offer_id = self._product_id(resource["product"])
                guid = plan_guid(self.publisher.id, offer_id, reading.external_id(resource))
                told["id"] = durable("plan", product_guid(self.publisher.id, offer_id), guid)
            self.changes.results.append(told)
