"""A body as it arrives, for surfaces that read it under a bound of their own."""

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from lightkeeper.kernel.problems import Invalid


async def parts_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the parts of the body. Raises `Invalid` when it is cut short or malformed: the sender's doing, not ours."""
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect as fault:
        raise Invalid("InvalidRequestContent", "The request ended before its body did. Nothing was done.") from fault
