"""Bodies into values: every fault of a body is reported together, by its path."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid


class Body(BaseModel):
    """A request body in camel case; what we do not know is let by."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


B = TypeVar("B", bound=BaseModel)


def read(model: type[B], body: Any) -> B:
    """Return the body as `model`, an absent one as an empty object. Raises `Invalid` with every fault and its path."""
    try:
        return model.model_validate({} if body is None else body)
    except ValidationError as faults:
        details = [
            Finding("InvalidRequestContent", ".".join(map(str, fault["loc"])) or "body", fault["msg"])
            for fault in faults.errors(include_url=False)
        ]
        said = "; ".join(f"{detail.target}: {detail.message}" for detail in details)
        raise Invalid("InvalidRequestContent", f"The request content was invalid: {said}.", details=details) from faults


def number(text: str | None, name: str) -> int | None:
    """Return a query value such as `$top` as a positive number, None when absent. Raises `Invalid` for anything else."""
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise Invalid(
            "InvalidQueryParameterValue", f"{name} is a positive whole number, not '{text[:32]}'.", target=name
        )
    return int(text)
