"""Making the resources of a configure job so: references resolved, drafts changed, submissions started, in order."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.kernel import clock
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.publishing import drafts, results, service, store, submission_store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.ingestion import reading
from lightkeeper.publishing.ingestion.forms import insist_on_form, insist_on_ours, insist_on_subscriptions
from lightkeeper.publishing.ingestion.names import CARRIED_OUT, OFFER_TYPE, durable, guids_of, product_guid
from lightkeeper.publishing.lifecycle import is_locked
from lightkeeper.publishing.model import Environment
from lightkeeper.publishing.offer import AudienceRow
from lightkeeper.publishing.references import Draft, References, Resource


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


def gather(changes: Changes) -> None:
    """Make every resource so. Raises the `Problem` of the first that cannot be; `changes.at` then names it."""
    _Work(changes).run()


class _Work:
    def __init__(self, changes: Changes) -> None:
        self.changes, self.call, self.publisher = changes, changes.call, changes.publisher
        self.names = References(changes.call, changes.publisher)
        self.drafts = self.names.drafts
        self.written: set[tuple[str, str]] = set()

    def run(self) -> None:
        resources = self.changes.resources
        for resource in resources:
            self._name(resource)
            insist_on_form(resource)
            self.names.name(resource)
        ranks = {**dict.fromkeys(CARRIED_OUT, 3), "product": 0, "plan": 1}
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
        self.changes.results.extend(results.told(self.names, resource) for resource in resources)

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
        plan_id = self.names.plan_of(draft, resource) if "plan" in resource or kind == "plan" else ""
        if "id" in resource:
            self.names.insist_on_id(draft, kind, plan_id, str(resource["id"]))
        if kind == "plan":
            self._insist_on_one(draft.id, plan_id)
        if kind == "plan" and state == "deleted":
            self._delete_plan(draft, plan_id)
            return
        insist_on_ours(kind, resource)
        reading.apply(draft.document, resource, plan_id, draft.pictures)

    def _product(self, draft: Draft, resource: Resource) -> None:
        if resource["type"] != OFFER_TYPE:
            raise Invalid("notSupported", f"Only products of type '{OFFER_TYPE}' are published here.", target="type")
        self._insist_on_one(draft.id)
        draft.touched = True
        reading.apply(draft.document, resource, "", draft.pictures)

    def _insist_on_one(self, offer_id: str, plan_id: str = "") -> None:
        """Raise `Conflict` for the second product or plan of one id in a request: the first would be lost."""
        if (offer_id, plan_id) in self.written:
            named = f"plan '{plan_id}' of product '{offer_id}'" if plan_id else f"product '{offer_id}'"
            raise Conflict("invalidId", f"The request has two resources for {named}.", target="identity")
        self.written.add((offer_id, plan_id))

    def _delete(self, draft: Draft) -> None:
        if draft.existing is None:
            raise NotFound("resourceNotFound", f"There is no product '{draft.id}' to delete.")
        service.delete_offer(self.call, self.publisher.id, draft.id)
        del self.drafts[draft.id]

    def _delete_plan(self, draft: Draft, plan_id: str) -> None:
        states = service.plan_states(self.call, self.publisher.id, draft.id) if draft.existing else []
        if any(one["planId"] == plan_id and one["state"] != "Draft" for one in states):
            raise Invalid("invalidEntityStatus", f"Plan '{plan_id}' was published and cannot be deleted. Deprecate it.")
        plans = draft.document.get("plans") or []
        draft.document["plans"] = [plan for plan in plans if isinstance(plan, dict) and plan.get("id") != plan_id]

    def _draft_of(self, resource: Resource, kind: str) -> Draft:
        offer_id = (
            self.names.own_id(resource, "product")
            if kind == "product"
            else self.names.product_id(resource.get("product"))
        )
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
        self.drafts[offer_id] = Draft(offer_id, document, existing)
        return self.drafts[offer_id]

    def _save_all(self) -> None:
        for draft in self.drafts.values():
            if draft.touched:
                service.put_offer(self.call, self.publisher.id, draft.id, draft.document, draft.pictures)
                draft.existing = store.find(self.call.connection, self.publisher.id, draft.id)
                assert draft.existing is not None  # it was just stored
                draft.document, draft.touched = deepcopy(draft.existing.draft.document), False

    def _submit(self, resource: Resource) -> None:
        offer_id = self.names.product_id(resource["product"])
        target = resource["target"].get("targetType") if isinstance(resource["target"], Mapping) else None
        if resource.get("lifecycleState") == "deprecated":
            self._deprecate(offer_id, resource, target)
        elif target == "preview":
            submitted = service.publish(self.call, self.publisher.id, offer_id)
            self.changes.submission_id, self.changes.target = submitted.id, "preview"
            guid = product_guid(self.publisher.id, offer_id)
            resource["id"] = durable("submission", guid, str(submitted.number))
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
            alternative=_alternative(schedule.get("alternative")),
            notice=clock.duration(str(schedule.get("dateOffset") or "PT0S")),
        )

    def _sync(self, resource: Resource) -> None:
        if any(reading.type_of(one) == "submission" for one in self.changes.resources):
            raise Invalid("invalidRequest", "A private audience is updated without a submission in the same request.")
        offer_id = self.names.product_id(resource["product"])
        plan_id = self.names.plan_of(self.names.stored(offer_id), resource)
        audiences = resource["privateAudiences"]
        if not isinstance(audiences, Mapping):
            raise Invalid(
                "schemaValidationError", "privateAudiences must have add and remove.", target="privateAudiences"
            )
        rows = {name: audiences.get(name) or [] for name in ("add", "remove")}
        for name, value in rows.items():
            if not isinstance(value, list):
                raise Invalid("schemaValidationError", f"'{name}' must be a list.", target=name)
            insist_on_subscriptions(value)
        add, remove = (reading.audience_rows(value) for value in rows.values())
        service.sync_audience(
            self.call,
            self.publisher.id,
            offer_id,
            plan_id=plan_id,
            add=[AudienceRow(row["subscriptionId"], row.get("description", "")) for row in add],
            remove=[row["subscriptionId"] for row in remove],
        )


def _alternative(value: Any) -> str:
    """Return what customers may take instead: a product or a plan, by whatever reference."""
    if isinstance(value, Mapping):
        value = value.get("plan") or value.get("product") or ""
    if isinstance(value, Mapping):
        value = value.get("externalId") or ""
    return str(value or "")
