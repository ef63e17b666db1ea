"""What happened, as notices: texts, and to whom each belongs."""

from typing import Any

from lightkeeper.delegation.model import version_of
from lightkeeper.directory import service as directory
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Entry, Event
from lightkeeper.outbound import lead_store, order_store
from lightkeeper.outbound.lead_rules import MAILS_A_DAY
from lightkeeper.outbound.model import Lead, Notice, NoticeKind
from lightkeeper.outbound.notices import announce, of_publisher, of_subscription
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.lifecycle import Phase, Stage
from lightkeeper.publishing.model import StepState, Submission
from lightkeeper.resources import service as resources

UPDATE_OFFERED = "UpdateOffered"


def stage_changed(call: Call, entry: Entry) -> None:
    """An offer came to rest somewhere: preview is ready, it is live, or somebody has to act."""
    publisher_id, offer_id = str(entry.body["publisher_id"]), str(entry.body["offer_id"])
    stage = str(entry.body["stage"])
    if stage not in (Stage.AWAITING_SIGN_OFF, Stage.LIVE, Stage.ATTENTION_NEEDED) or not entry.body.get(
        "submission_id"
    ):
        return
    submission = publishing.get_submission(call, publisher_id, offer_id, str(entry.body["submission_id"]))
    if submission is None:
        return
    kind, subject, text = _told(stage, offer_id, submission)
    data = {"publisherId": publisher_id, "offerId": offer_id, "submissionId": submission.id, "stage": stage}
    mandatory = kind is not NoticeKind.OFFER_LIVE
    notice = _notice(entry, of_publisher(publisher_id), kind, subject, text, data, mandatory=mandatory)
    announce(call, notice, extra=submission.emails)


def _told(stage: str, offer_id: str, submission: Submission) -> tuple[NoticeKind, str, str]:
    if stage == Stage.AWAITING_SIGN_OFF:
        text = f"The preview of offer '{offer_id}' (submission {submission.number}) is ready. Look at it and choose Go live."
        return NoticeKind.PREVIEW_READY, f"Preview of {offer_id} is ready for your sign-off", text
    if stage == Stage.LIVE:
        return NoticeKind.OFFER_LIVE, f"{offer_id} is live", f"Offer '{offer_id}' is live. Customers can accept it now."
    failed = next((step for step in submission.steps if step.state is StepState.REJECTED), None)
    reasons = "\n".join(f"* {message}" for message in failed.messages) if failed else ""
    if failed is not None and failed.phase == Phase.CERTIFICATION:
        text = f"Offer '{offer_id}' did not pass certification:\n\n{reasons}\n\nCorrect it and publish again, as often as needed."
        return NoticeKind.CERTIFICATION_FAILED, f"Certification report for {offer_id}: failed", text
    text = f"Offer '{offer_id}' needs your attention:\n\n{reasons}\n\nCorrect it and publish again."
    return NoticeKind.ACTION_REQUIRED, f"{offer_id} needs your attention", text


def plan_published(call: Call, entry: Entry) -> None:
    """A version went live: each subscription that holds an older one is told, each by an entry of its own.

    One after the other, because finding out whom to tell takes time and a plan may have thousands of customers.
    """
    body = entry.body
    newest = version_of(str(body["version"]))
    for order in order_store.orders_of(
        call.connection, str(body["publisher_id"]), str(body["offer_id"]), str(body["plan_id"])
    ):
        if order.active and not order.preview and version_of(order.version) < newest:
            facts = {"order_key": order.key, "version": str(body["version"])}
            call.record(Event(UPDATE_OFFERED, "Lightkeeper.Outbound/updates/announce/action", body=facts))


def update_offered(call: Call, entry: Entry) -> None:
    """One subscription is told of a newer version, unless it took it in the meantime."""
    order = order_store.find(call.connection, str(entry.body["order_key"]))
    version = str(entry.body["version"])
    if order is None or not order.active or version_of(order.version) >= version_of(version):
        return
    subject = f"{order.offer_title} {version} is there"
    text = (
        f"The provider of '{order.offer_title}' published version {version}; you are on {order.version}. "
        "Nothing changes until you accept it. Review what would change on the page Service providers."
    )
    data = {
        "offerId": f"{order.publisher_id}.{order.offer_id}",
        "planId": order.plan_id,
        "heldVersion": order.version,
        "version": version,
        "subscriptionId": order.subscription_id,
    }
    owner = of_subscription(order.subscription_id)
    announce(call, _notice(entry, owner, NoticeKind.UPDATE_AVAILABLE, subject, text, data))


def delegation_changed(call: Call, entry: Entry) -> None:
    """A delegation was made or ended: the provider is told, and so is the customer."""
    added = entry.kind == "DelegationAdded"
    kind = NoticeKind.DELEGATION_ADDED if added else NoticeKind.DELEGATION_REMOVED
    scope, customer = str(entry.body["delegation_resource_id"]), str(entry.body["customer_tenant_id"])
    subscription_id = str(entry.body["customer_subscription_id"])
    data = {
        "scope": scope,
        "subscriptionId": subscription_id,
        "customerTenantId": customer,
        "managedByTenantId": entry.tenant_id,
        "definitionId": str(entry.body["definition_key"]),
    }
    word = "delegated to" if added else "no longer delegated to"
    provider, who = _name(call, str(entry.tenant_id or "")), _name(call, customer)
    text = f"{scope} of {who} is {word} {provider}."
    for account in publishing.list_publishers(call):
        if account.tenant_id == entry.tenant_id:
            subject = f"{who}: a delegation was {'added' if added else 'removed'}"
            announce(call, _notice(entry, of_publisher(account.id), kind, subject, text, data))
    if resources.find_subscription(call, subscription_id) is not None:
        subject = f"{provider}: a delegation was {'added' if added else 'removed'}"
        announce(call, _notice(entry, of_subscription(subscription_id), kind, subject, text, data))


def lead_received(call: Call, lead: Lead) -> None:
    """Somebody asked to be contacted: one mail each, and beyond ten a day one digest. Names no person."""
    day = lead.occurred_at.replace(hour=0, minute=0, second=0, microsecond=0)
    count = lead_store.requests_since(call.connection, lead.publisher_id, day)
    subject = f"{lead.offer_title}: somebody asks to be contacted"
    text = f"A new lead for '{lead.offer_title}' waits in the inbox. Answer within 72 hours if you can."
    name = lead.event_id
    if count > MAILS_A_DAY:
        subject = f"More than {MAILS_A_DAY} leads today"
        text = f"More than {MAILS_A_DAY} leads came in today. You get no further mails today; look into the inbox."
        name = ids.named("lead-digest", f"{lead.publisher_id}/{day:%Y-%m-%d}")
    data = {"eventId": lead.event_id, "offerId": lead.offer_id, "planId": lead.plan_id}
    owner = of_publisher(lead.publisher_id)
    announce(call, Notice(name, owner, NoticeKind.LEAD_RECEIVED, subject, text, lead.occurred_at, data, mandatory=True))


def _notice(
    entry: Entry,
    owner: str,
    kind: NoticeKind,
    subject: str,
    text: str,
    data: dict[str, Any],
    *,
    mandatory: bool = False,
) -> Notice:
    """Return a notice whose id comes from the entry's hash: unique everywhere, and the same when made again."""
    return Notice(ids.named("notice", f"{entry.hash}/{owner}"), owner, kind, subject, text, entry.at, data, mandatory)


def _name(call: Call, tenant_id: str) -> str:
    tenant = directory.find_tenant(call, tenant_id)
    return tenant.display_name if tenant is not None else tenant_id
