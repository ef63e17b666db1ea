"""Telling people and their programs: notices, who hears of them, webhooks."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound import notice_store, settings
from lightkeeper.outbound.addresses import shown, why_not_url
from lightkeeper.outbound.model import Channel, Delivery, Notice, Webhook
from lightkeeper.outbound.notice_rules import EVERY, Part, is_told, kinds_of
from lightkeeper.outbound.queue import enqueue
from lightkeeper.outbound.signing import new_secret
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account import MemberRole
from lightkeeper.publishing.account_rules import Action
from lightkeeper.storefront import service as storefront

MOST_WEBHOOKS = 20
WATCH = "Microsoft.EventGrid/eventSubscriptions/write"
"""The action ARM asks of whoever lets a subscription's events go to an address."""
READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"


def of_publisher(publisher_id: str) -> str:
    """Return how notices name a publisher they belong to."""
    return f"publisher:{publisher_id}"


def of_subscription(subscription_id: str) -> str:
    """Return how notices name a subscription they belong to."""
    return f"subscription:{subscription_id.lower()}"


def announce(call: Call, notice: Notice, *, extra: tuple[str, ...] = ()) -> None:
    """Keep a notice, mail it to those who are told (and to `extra` addresses), and send it to the owner's webhooks.

    For calls of the platform. Announcing the same notice again does nothing.
    """
    if not notice_store.add_notice(call.connection, notice):
        return
    for hook in notice_store.webhooks_of(call.connection, notice.owner):
        if not hook.kinds or notice.kind in hook.kinds:
            payload = {"webhook_id": hook.id, "event": cloud_event(notice)}
            name = ids.named("delivery", f"{notice.id}/{hook.id}")
            enqueue(call, Delivery(name, Channel.WEBHOOK, notice.owner, notice.id, shown(hook.url), payload, call.now))
    if not settings.current().smtp:
        return
    for address in dict.fromkeys((*_addresses(call, notice), *extra)):
        payload = {"to": address, "subject": notice.subject, "text": notice.text}
        name = ids.named("delivery", f"{notice.id}/{address}")
        enqueue(call, Delivery(name, Channel.MAIL, notice.owner, notice.id, address, payload, call.now))


def cloud_event(notice: Notice) -> dict[str, Any]:
    """Return a notice as a CloudEvents 1.0 event in its JSON form."""
    return {
        "specversion": "1.0",
        "id": notice.id,
        "source": "/" + notice.owner.replace("publisher:", "publishers/").replace("subscription:", "subscriptions/"),
        "type": f"lightkeeper.{notice.kind}",
        "time": iso(notice.at),
        "subject": notice.subject,
        "datacontenttype": "application/json",
        "data": dict(notice.data),
    }


def _addresses(call: Call, notice: Notice) -> Iterator[str]:
    said = notice_store.preferences_of(call.connection, notice.owner)
    for object_id, part in _parts(call, notice.owner):
        if is_told(part, notice.kind, said.get(object_id, {})):
            who = directory.find_principal(call, object_id)
            if isinstance(who, User) and who.enabled and (who.mail or not who.is_guest):
                yield who.mail or who.upn


def _parts(call: Call, owner: str) -> list[tuple[str, Part]]:
    kind, _, name = owner.partition(":")
    if kind == "publisher":
        account = publishing.get_publisher(call, name)
        return [(who, Part.OWNER if role is MemberRole.OWNER else Part.MEMBER) for who, role in account.members]
    try:
        return [(one.principal_id, Part.DELEGATOR) for one in storefront.owners_who_could(call, name)]
    except NotFound:  # the subscription is gone
        return []


def list_notices(call: Call, owner: str) -> list[Notice]:
    """Return what a publisher's account or a subscription was told, newest first."""
    _may_look(call, owner)
    return notice_store.notices_of(call.connection, owner)


def preferences(call: Call, owner: str) -> dict[str, bool]:
    """Return the caller's preferences, one for each kind; what was never said is what holds by default."""
    part = _may_look(call, owner)
    said = notice_store.preferences_of(call.connection, owner).get(call.caller.object_id, {})
    return {str(kind): is_told(part, kind, said) for kind in kinds_of(owner)}


def set_preferences(call: Call, owner: str, wanted: Mapping[str, Any]) -> dict[str, bool]:
    """Say which notices the caller wants by mail, and return all preferences as they are now."""
    _may_look(call, owner)
    known = {*map(str, kinds_of(owner)), EVERY}
    for kind, value in wanted.items():
        if kind not in known or not isinstance(value, bool):
            raise Invalid("badRequest", f"Say true or false for any of: {', '.join(sorted(known))}.", target=kind[:40])
    notice_store.put_preferences(call.connection, owner, call.caller.object_id, dict(wanted))
    call.record(Event("NoticePreferencesSet", "Lightkeeper.Outbound/preferences/write", body={"owner": owner}))
    return preferences(call, owner)


def list_webhooks(call: Call, owner: str) -> list[Webhook]:
    """Return an owner's webhooks; their secrets are in them and must not be shown."""
    _may_watch(call, owner)
    return notice_store.webhooks_of(call.connection, owner)


def add_webhook(call: Call, owner: str, url: str, kinds: tuple[str, ...] = ()) -> Webhook:
    """Let notices of these kinds (none: of every kind) go to an address. The secret is shown in this answer only."""
    _may_watch(call, owner)
    call.hold(f"webhooks:{owner}")
    if reason := why_not_url(url):
        raise Invalid("badRequest", f"The address {reason}.", target="url")
    if len(url) > 2048:
        raise Invalid("badRequest", "The address is longer than 2,048 characters.", target="url")
    if unknown := sorted(set(kinds) - {str(kind) for kind in kinds_of(owner)}):
        known = ", ".join(kinds_of(owner))
        raise Invalid("badRequest", f"There are no notices '{unknown[0][:40]}' here. Known: {known}.", target="kinds")
    if len(notice_store.webhooks_of(call.connection, owner)) >= MOST_WEBHOOKS:
        raise Conflict("collectionLimitExceeded", f"There are {MOST_WEBHOOKS} webhooks already. Remove one first.")
    hook = Webhook(ids.new_guid(), owner, url, new_secret(), tuple(sorted(kinds)), call.caller.name[:200], call.now)
    notice_store.add_webhook(call.connection, hook)
    call.record(Event("WebhookAdded", "Lightkeeper.Outbound/webhooks/write", body={"owner": owner, "id": hook.id}))
    return hook


def remove_webhook(call: Call, owner: str, webhook_id: str) -> None:
    """Stop telling an address. What is on its way there is given up."""
    _may_watch(call, owner)
    hook = notice_store.find_webhook(call.connection, webhook_id)
    if hook is None or hook.owner != owner:
        raise NotFound("resourceNotFound", f"There is no webhook '{webhook_id[:40]}'.")
    notice_store.remove_webhook(call.connection, hook.id)
    call.record(Event("WebhookRemoved", "Lightkeeper.Outbound/webhooks/delete", body={"owner": owner, "id": hook.id}))


def _may_look(call: Call, owner: str) -> Part:
    kind, _, name = owner.partition(":")
    if kind == "publisher":
        role = members.require(call, name, Action.READ).role_of(call.caller.object_id)
        return Part.OWNER if role is MemberRole.OWNER else Part.MEMBER
    call.authorize(READ_SUBSCRIPTION, f"/subscriptions/{name}")
    return Part.DELEGATOR


def _may_watch(call: Call, owner: str) -> None:
    kind, _, name = owner.partition(":")
    if kind == "publisher":
        members.require(call, name, Action.EDIT_OFFERS)
    else:
        call.authorize(WATCH, f"/subscriptions/{name}")
