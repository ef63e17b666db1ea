"""One resource to deploy, and all of a template's in their order: values that planning makes and everything else reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lightkeeper.deployments import identity
from lightkeeper.deployments.declared import Declared
from lightkeeper.deployments.environment import Environment, Place
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.names import TemplateNames
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource to deploy: an instance, where the template has a loop."""

    key: str  # lower-case id
    id: str
    type: str
    name: str
    api_version: str
    scope: str  # what it is deployed to, or extends
    declared: Declared
    condition: bool = True
    existing: bool = False
    loops: Mapping[str, int] = field(default_factory=dict)
    loop: str | None = None
    index: int = 0
    depends_on: tuple[str, ...] = ()  # keys
    batch: tuple[str, ...] = ()  # keys of the batch before, in a serial loop

    @property
    def nested(self) -> bool:
        """Return whether this is a deployment inside the deployment."""
        return self.type.lower() == identity.DEPLOYMENTS

    @property
    def effective_type(self) -> str:
        """Return the type of what is written: of the extension, where the older form names it behind what it extends."""
        found = self._parsed()
        return found.type if found is not None else self.type

    @property
    def effective_scope(self) -> str:
        """Return what is written to or extended, whichever form says so."""
        found = self._parsed()
        return found.scope if found is not None else self.scope

    def _parsed(self) -> ResourceId | None:
        try:
            return parse(self.id)
        except MalformedId:
            return None  # its write says so

    @property
    def deploys(self) -> bool:
        """Return whether it will be written."""
        return self.condition and not self.existing

    def environment(self, names: TemplateNames, place: Place) -> Environment:
        """Return what the expressions of this resource see."""
        return replace(names.environment(place), loops=self.loops, loop=self.loop)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every resource of a template by key, in an order that respects all dependencies."""

    resources: Mapping[str, Planned]
    loops: Mapping[str, tuple[str, ...]]  # loop name in lower case -> keys in the order of the loop
    symbols: Mapping[str, Planned]  # by symbolic name, in a loop with the index: `app[0]`
    forms: Mapping[str, tuple[Planned, ...]]  # by every short form of type and name

    @classmethod
    def of(cls, resources: Mapping[str, Planned], loops: Mapping[str, tuple[str, ...]]) -> "Plan":
        """Return the plan of resources in their order."""
        forms: dict[str, tuple[Planned, ...]] = {}
        for one in resources.values():
            for form in identity.forms(one.type, one.name):
                forms[form] = (*forms.get(form, ()), one)
        symbols = {_symbol(one): one for one in reversed(list(resources.values())) if one.declared.symbol is not None}
        return cls(resources, loops, symbols, forms)

    def in_order(self) -> list[Planned]:
        """Return the resources, each behind everything it depends on."""
        return list(self.resources.values())

    def find(self, target: str) -> Planned | None:
        """Return the resource an expression means by symbol, id or name; None when it is none of this template."""
        folded = target.lower().rstrip("/")
        if folded in self.symbols:
            return self.symbols[folded]
        if folded.startswith("/"):
            return self.resources.get(folded)
        found = self.forms.get(folded, ())
        if len(found) > 1:
            found = tuple(one for one in found if one.condition)
        if len(found) > 1:
            raise LanguageFault(
                f"The resource name '{target}' is not unique in the template. Refer to the resource by its id."
            )
        return found[0] if found else None


def _symbol(one: Planned) -> str:
    symbol = (one.declared.symbol or "").lower()
    return f"{symbol}[{one.index}]" if one.loop is not None else symbol
