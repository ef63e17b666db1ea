"""What somebody wants deployed, at the top or nested in another deployment, before anything of it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.deployments import graph
from lightkeeper.deployments.declared import Placer, nowhere
from lightkeeper.deployments.faults import TemplateFault
from lightkeeper.deployments.names import TemplateNames
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel.problems import Invalid


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants deployed; the template and the parameters as they were sent."""

    template: Any = None
    parameters: Any = None
    mode: str = "Incremental"
    location: str = ""
    tags: Mapping[str, Any] | None = None
    template_link: Mapping[str, Any] | None = None
    parameters_link: Mapping[str, Any] | None = None
    on_error: Mapping[str, Any] | None = None
    debug: str | None = None
    placer: Placer = nowhere
    path: str = "properties"
    link_around: Mapping[str, Any] | None = None  # where the template around came from: relative links start there


def nested_asked(names: TemplateNames, planned: Planned, body: Mapping[str, Any], placer: Placer = nowhere) -> Asked:
    """Return what a nested deployment asks for, from its evaluated body."""
    properties = lookup(body, "properties")
    if not isinstance(properties, dict):
        raise TemplateFault(
            f"The template resource '{planned.name}' is not valid: a deployment needs 'properties'.",
            planned.declared.path,
        )
    link = lookup(properties, "templateLink")
    inner = graph.is_inner(properties) or link is not None  # a linked template sees its own names only
    around = lookup(names.surroundings.deployment.get("properties") or {}, "templateLink")
    return Asked(
        template=lookup(properties, "template"),
        parameters=lookup(properties, "parameters") if inner else None,
        mode=lookup(properties, "mode") or "",
        location=lookup(body, "location") or "",
        tags=lookup(body, "tags"),
        template_link=link,
        parameters_link=lookup(properties, "parametersLink"),
        on_error=lookup(properties, "onErrorDeployment"),
        placer=placer,
        path=f"{planned.declared.path}.properties",
        link_around=around if isinstance(around, dict) else None,
    )


def subscription_in(scope: str) -> str:
    """Return the subscription's id in a scope's text, empty when there is none."""
    parts = scope.split("/")
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def check_name(name: str) -> None:
    """Raise `Invalid` when a deployment cannot have this name: 1 to 64 letters, digits, `-._()`."""
    if len(name) > 64:
        raise Invalid(
            "DeploymentNameLengthLimitExceeded",
            f"The deployment name '{name}' exceeds the limit of 64 characters: it has {len(name)}.",
        )
    if not name or not all(character.isalnum() or character in "-._()" for character in name):
        raise Invalid(
            "DeploymentNameInvalidCharacters",
            f"The deployment name '{name}' contains invalid characters. Use letters, digits, '-', '.', '_' and parentheses.",
        )
