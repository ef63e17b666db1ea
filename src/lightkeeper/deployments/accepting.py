"""Taking a deployment in: everything is checked that can be, and nothing is deployed.

The order is the platform's: the template is read, its parameters are bound, names and dependencies are checked, then
what each resource's write would need is asked; only then is the deployment stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.deployments import actions, linking, preflight, whereabouts
from lightkeeper.deployments.asking import Asked, nested_asked, subscription_in
from lightkeeper.deployments.bodies import deploy_body
from lightkeeper.deployments.declared import Placer
from lightkeeper.deployments.environment import ScopeKind, Surroundings
from lightkeeper.deployments.faults import LanguageFault, NotYetKnown, TemplateFault
from lightkeeper.deployments.model import Mode
from lightkeeper.deployments.parameters import values_given
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.planning import not_valid
from lightkeeper.deployments.preparing import Prepared, prepare
from lightkeeper.deployments.proofreading import proofread
from lightkeeper.deployments.refusals import problem_of, violation
from lightkeeper.deployments.seams import Seams
from lightkeeper.deployments.template import load
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid

MOST_WRITES = 10_000
"""Resources of one deployment with all deployments nested in it: a bound of ours, far above the 800 of one template."""


@dataclass(slots=True)
class Tally:
    """How many resources a deployment writes, over all its nested deployments."""

    writes: int = 0

    def add(self, more: int) -> None:
        """Count some more; raise `Invalid` when there are too many."""
        self.writes += more
        if self.writes > MOST_WRITES:
            raise Invalid(
                "InvalidTemplate",
                "Deployment template validation failed: 'The deployment and those nested in it write more than "
                f"{MOST_WRITES} resources. Deploy them in parts.'.",
            )


@dataclass(frozen=True, slots=True)
class Checked:
    """A deployment that may begin; `link` is where its template came from, when it was not sent."""

    surroundings: Surroundings
    prepared: Prepared
    mode: Mode
    location: str
    link: Mapping[str, Any] | None
    writes: tuple[Planned, ...]  # every resource that will be written, those of nested deployments too
    objections: tuple[Finding, ...] = ()  # why some of those cannot be written


def check(
    call: Call,
    seams: Seams,
    surroundings: Surroundings,
    name: str,
    asked: Asked,
    *,
    nested: bool = False,
    tally: Tally | None = None,
) -> Checked:
    """Return the checked deployment. Raises `Invalid` with the fault, or with every write the caller may not do."""
    tally = tally or Tally()
    asked = linking.resolved(call, seams, asked)
    try:
        mode = _mode(asked, surroundings.kind, nested=nested)
        _check_form(name, asked, surroundings, nested=nested)
        prepared = prepare(
            asked.template,
            values_given(asked.parameters, f"{asked.path}.parameters"),
            surroundings,
            name=name,
            location=asked.location,
            mode=mode,
            now=call.now,
            library=seams.library,
            path=f"{asked.path}.template",
            placer=asked.placer,
            link=asked.template_link,
        )
        tally.add(len(prepared.writes))
        proofread(prepared)
        inner = dict(_nested(call, seams, prepared, asked.placer, tally))
    except TemplateFault as fault:
        raise problem_of(fault, asked.placer) from fault
    writes: list[Planned] = []
    objections: list[Finding] = []
    for one in prepared.writes:
        below = inner.get(one.key)
        writes += [one, *(below.writes if below is not None else ())]
        objections += [
            *preflight.objections(call, seams, prepared, one),
            *(below.objections if below is not None else ()),
        ]
    if not nested:
        preflight.refuse(call, name, objections)
    return Checked(surroundings, prepared, mode, asked.location, asked.template_link, tuple(writes), tuple(objections))


def _mode(asked: Asked, kind: ScopeKind, *, nested: bool) -> Mode:
    found = next(
        (mode for mode in Mode if isinstance(asked.mode, str) and mode.value.lower() == asked.mode.lower()), None
    )
    if found is None:
        raise Invalid(
            "InvalidDeployment",
            f"The deployment mode '{asked.mode}' is not valid. Use 'Incremental' or 'Complete'.",
            info=_beside(asked, "mode"),
        )
    if found is Mode.COMPLETE and (nested or kind is not ScopeKind.RESOURCE_GROUP):
        why = "a nested deployment" if nested else "this scope"
        raise Invalid(
            "InvalidDeployment",
            f"The deployment mode 'Complete' is not supported for {why}. Please use mode 'Incremental'.",
            info=_beside(asked, "mode"),
        )
    return found


def _beside(asked: Asked, member: str) -> list[dict[str, Any]]:
    """Return where a member stands that is not in a template itself: known when another template is around it."""
    holder = asked.path.removesuffix(".properties") if member == "location" else asked.path
    return [violation(f"{holder}.{member}", asked.placer)] if "." in asked.path else []


def _check_form(name: str, asked: Asked, surroundings: Surroundings, *, nested: bool) -> None:
    if surroundings.kind is ScopeKind.RESOURCE_GROUP:
        if asked.location:
            raise Invalid(
                "InvalidDeployment",
                f"The 'location' property is not allowed for '{name}' at resource group scope."
                " Please see https://aka.ms/deploy-to-subscription for usage details.",
                info=_beside(asked, "location"),
            )
    elif not asked.location:
        raise Invalid(
            "InvalidDeployment" if nested else "LocationRequired",
            f"The 'location' property must be specified for '{name}'."
            " Please see https://aka.ms/deploy-to-subscription for usage details.",
            info=_beside(asked, "location"),
        )
    if asked.template is None:
        raise TemplateFault("Required property 'template' or 'templateLink' is missing.", asked.path)
    if asked.on_error is not None and (nested or surroundings.kind is not ScopeKind.RESOURCE_GROUP):
        raise Invalid(
            "InvalidOnErrorDeployment",
            "The property 'onErrorDeployment' is only supported for a deployment to a resource group that is not nested in another.",
            info=_beside(asked, "onErrorDeployment"),
        )


def _nested(
    call: Call, seams: Seams, prepared: Prepared, placer: Placer, tally: Tally
) -> Iterator[tuple[str, Checked | None]]:
    """Yield each nested deployment by key, checked; None when it cannot be known before its siblings are deployed.

    One that the caller may not deploy is not looked into: its template would be told about a scope that is none of the
    caller's, and repeat it in the words of a fault. The deployment is refused for it.
    """
    for one in prepared.writes:
        if not one.nested:
            continue
        if not ids.is_guid(subscription_in(one.scope)) and one.scope.lower().startswith("/subscriptions/"):
            raise TemplateFault(
                f"The provided value '{one.scope}' is not valid subscription identifier.", one.declared.path
            )
        if not call.allows(actions.write_of(one.type), one.id):
            yield one.key, None
            continue
        try:
            body = deploy_body(prepared.names, one, None)
        except NotYetKnown:
            _check_nested_form(one, placer)
            yield one.key, None
            continue
        except LanguageFault as fault:
            raise not_valid(prepared.names, one.declared, one.name, fault) from fault
        asked = nested_asked(prepared.names, one, body, placer)
        surroundings = whereabouts.expected(call, seams, one.scope)
        yield one.key, check(call, seams, surroundings, one.name, asked, nested=True, tally=tally)


def _check_nested_form(one: Planned, placer: Placer) -> None:
    properties = lookup(one.declared.source, "properties")
    template = lookup(properties, "template") if isinstance(properties, dict) else None
    if isinstance(template, dict):
        load(template, f"{one.declared.path}.properties.template", placer)
