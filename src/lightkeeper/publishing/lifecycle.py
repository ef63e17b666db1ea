"""The way of an offer from draft to live, as one table.

A stage is where the offer stands, a status is what the portal calls it. What is not in `NEXT` cannot happen. Publishing
again never touches what is live: the live environment changes only when `PUBLISHED` happens.
"""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """What the portal says about an offer."""

    DRAFT = "Draft"  # the publisher edits
    PUBLISH_IN_PROGRESS = "Publish in progress"  # the marketplace works
    ATTENTION_NEEDED = "Attention needed"  # the publisher corrects what the report names, and publishes again
    PREVIEW = "Preview"  # the publisher looks at the preview and decides
    LIVE = "Live"  # nobody has to do anything; customers can buy
    PENDING_STOP = "Pending Stop distribution"  # the marketplace takes the offer off sale
    NOT_AVAILABLE = "Not available in the marketplace"  # the publisher may publish again


class Stage(StrEnum):
    """Where exactly an offer stands."""

    DRAFT = "draft"  # the publisher edits; nothing was published, or everything was canceled
    VALIDATING = "validating"  # we check the frozen copy for completeness
    CERTIFYING = "certifying"  # we (or a reviewer) hold it against the policies
    BUILDING_PREVIEW = "buildingPreview"  # we put it where the preview audience sees it
    AWAITING_SIGN_OFF = "awaitingSignOff"  # the publisher says go live, or cancels
    PUBLISHING = "publishing"  # we make the preview live; there is no way back
    LIVE = "live"  # customers can buy
    ATTENTION_NEEDED = "attentionNeeded"  # the publisher corrects and publishes again
    STOPPING = "stopping"  # we take it off sale
    NOT_AVAILABLE = "notAvailable"  # the publisher may publish again; customers keep what they have


class Event(StrEnum):
    """What can happen to an offer."""

    SUBMIT = "submit"  # the publisher publishes
    VALIDATED = "validated"
    CERTIFIED = "certified"
    PREVIEW_BUILT = "previewBuilt"
    FAIL = "fail"  # a phase found faults
    SIGN_OFF = "signOff"  # the publisher says go live
    PUBLISHED = "published"
    CANCEL = "cancel"  # the publisher takes a first publication back
    CANCEL_UPDATE = "cancelUpdate"  # the same, for an offer that is live
    CANCEL_RETURN = "cancelReturn"  # the same, for an offer that was off sale
    STOP = "stop"  # the publisher stops selling
    STOPPED = "stopped"


STATUS_OF: Mapping[Stage, Status] = {
    Stage.DRAFT: Status.DRAFT,
    Stage.VALIDATING: Status.PUBLISH_IN_PROGRESS,
    Stage.CERTIFYING: Status.PUBLISH_IN_PROGRESS,
    Stage.BUILDING_PREVIEW: Status.PUBLISH_IN_PROGRESS,
    Stage.AWAITING_SIGN_OFF: Status.PREVIEW,
    Stage.PUBLISHING: Status.PUBLISH_IN_PROGRESS,
    Stage.LIVE: Status.LIVE,
    Stage.ATTENTION_NEEDED: Status.ATTENTION_NEEDED,
    Stage.STOPPING: Status.PENDING_STOP,
    Stage.NOT_AVAILABLE: Status.NOT_AVAILABLE,
}

_BEFORE_SIGN_OFF = (Stage.VALIDATING, Stage.CERTIFYING, Stage.BUILDING_PREVIEW, Stage.AWAITING_SIGN_OFF)
_AT_REST = (Stage.DRAFT, Stage.AWAITING_SIGN_OFF, Stage.LIVE, Stage.ATTENTION_NEEDED, Stage.NOT_AVAILABLE)
_WORKING = (Stage.VALIDATING, Stage.CERTIFYING, Stage.BUILDING_PREVIEW, Stage.PUBLISHING)

NEXT: Mapping[tuple[Stage, Event], Stage] = {
    **{(stage, Event.SUBMIT): Stage.VALIDATING for stage in _AT_REST},
    (Stage.VALIDATING, Event.VALIDATED): Stage.CERTIFYING,
    (Stage.CERTIFYING, Event.CERTIFIED): Stage.BUILDING_PREVIEW,
    (Stage.BUILDING_PREVIEW, Event.PREVIEW_BUILT): Stage.AWAITING_SIGN_OFF,
    (Stage.AWAITING_SIGN_OFF, Event.SIGN_OFF): Stage.PUBLISHING,
    (Stage.PUBLISHING, Event.PUBLISHED): Stage.LIVE,
    **{(stage, Event.FAIL): Stage.ATTENTION_NEEDED for stage in _WORKING},
    **{(stage, Event.CANCEL): Stage.DRAFT for stage in _BEFORE_SIGN_OFF},
    **{(stage, Event.CANCEL_UPDATE): Stage.LIVE for stage in _BEFORE_SIGN_OFF},
    **{(stage, Event.CANCEL_RETURN): Stage.NOT_AVAILABLE for stage in _BEFORE_SIGN_OFF},
    (Stage.LIVE, Event.STOP): Stage.STOPPING,
    (Stage.ATTENTION_NEEDED, Event.STOP): Stage.STOPPING,  # an update that failed does not keep an offer on sale
    (Stage.STOPPING, Event.STOPPED): Stage.NOT_AVAILABLE,
}


def after(stage: Stage, event: Event) -> Stage | None:
    """Return where an offer stands after `event`; None when the event cannot happen at `stage`."""
    return NEXT.get((stage, event))


def is_locked(stage: Stage) -> bool:
    """Return whether the marketplace is working on the offer, so that nothing else can be started."""
    return stage in _WORKING or stage is Stage.STOPPING


def cancellation(*, was_live: bool, on_sale: bool) -> Event:
    """Return which kind of cancellation applies to an offer with this past."""
    if not was_live:
        return Event.CANCEL
    return Event.CANCEL_UPDATE if on_sale else Event.CANCEL_RETURN


class Phase(StrEnum):
    """The five phases a publisher watches, in order; ids are those of the legacy publishing API."""

    VALIDATION = "displaydummycertify"
    CERTIFICATION = "displaycertify"
    PREVIEW = "displaypackage"
    SIGN_OFF = "publisher-signoff"
    PUBLISH = "live"


PHASE_NAMES: Mapping[Phase, tuple[str, str]] = {
    Phase.VALIDATION: ("Validate Pre-Requisites", "Automated validation: whether the offer is complete."),
    Phase.CERTIFICATION: ("Certification", "Eligibility of the publisher, content, and the manifests of all plans."),
    Phase.PREVIEW: ("Preview creation", "The preview audience gets to see the offer."),
    Phase.SIGN_OFF: ("Publisher signoff", "You look at the preview and choose Go live, or cancel."),
    Phase.PUBLISH: ("Publish", "What is in preview goes on sale."),
}

PHASE_OF: Mapping[Stage, Phase] = {
    Stage.VALIDATING: Phase.VALIDATION,
    Stage.CERTIFYING: Phase.CERTIFICATION,
    Stage.BUILDING_PREVIEW: Phase.PREVIEW,
    Stage.AWAITING_SIGN_OFF: Phase.SIGN_OFF,
    Stage.PUBLISHING: Phase.PUBLISH,
}
