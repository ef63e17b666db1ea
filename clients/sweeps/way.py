"""How a sweep calls a client: the blocking one and the asynchronous one by the same text.

Run with the environment the clients live in:

    python way.py NAME    (of a sweep beside this file)
"""

import asyncio
import importlib
import inspect
import os
import sys
import uuid
from typing import Any

TENANT, SUBSCRIPTION, UNREGISTERED = (os.environ[name] for name in ("TENANT_ID", "SUBSCRIPTION_ID", "UNREGISTERED"))
PROVIDER, TECHNICIANS, READER, OWNER = (os.environ[name] for name in ("PROVIDER", "TECHNICIANS", "READER", "OWNER"))
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
HERE = f"/subscriptions/{SUBSCRIPTION}"
WEB = f"{HERE}/resourceGroups/web"


class Way:
    """The blocking or the asynchronous clients, and whatever they answer."""

    def __init__(self, *, asynchronous: bool) -> None:
        self.suffix = ".aio" if asynchronous else ""
        self.name = "async" if asynchronous else "sync"
        self._open: list[Any] = []

    async def __call__(self, answer: Any) -> Any:
        """Return what a call comes to in the end: a value, a poller's result, or all items of all pages."""
        while inspect.isawaitable(answer):
            answer = await answer
        if hasattr(answer, "result") and hasattr(answer, "polling_method"):
            answer = answer.result()
        if hasattr(answer, "__aiter__"):
            return [one async for one in answer]
        return list(answer) if hasattr(answer, "by_page") else answer

    async def first_page(self, pages: Any) -> Any:
        """Return the items of a list's first page; whole lists of providers take seconds to read."""
        pages = pages.by_page()
        if hasattr(pages, "__anext__"):
            return [one async for one in await anext(pages)]
        return list(next(pages))

    async def fails(self, answer: Any, kind: str, code: str) -> None:
        """Hear a call fail with an exception of this name and an error of this code."""
        try:
            await self(answer() if callable(answer) else answer)
        except Exception as fault:
            found = getattr(getattr(fault, "error", None), "code", None)
            assert (type(fault).__name__, found) == (kind, code), f"{type(fault).__name__} {found}: {fault}"
            return
        raise AssertionError(f"{code} was expected")

    def credential(self, secret: str = "") -> Any:
        """Return the program's credential."""
        made = importlib.import_module(f"azure.identity{self.suffix}").ClientSecretCredential(
            TENANT, os.environ["CLIENT_ID"], secret or os.environ["CLIENT_SECRET"],
            authority=os.environ["AZURE_AUTHORITY_HOST"], disable_instance_discovery=True,
        )  # fmt: skip
        self._open.append(made)
        return made

    def client(self, package: str, kind: str, *subscription: str, **more: Any) -> Any:
        """Return a client of a package below azure.mgmt."""
        module = importlib.import_module(f"azure.mgmt.{package}{self.suffix}")
        made = getattr(module, kind)(self.credential(), *subscription, base_url=os.environ["LIGHTKEEPER_ARM"], **more)
        self._open.append(made)
        return made

    async def close(self) -> None:
        """Hang up."""
        for one in reversed(self._open):
            await self(one.close())


def new_id() -> str:
    """Return an identifier nothing has yet."""
    return str(uuid.uuid4())


async def main(name: str) -> None:
    """Sweep once blocking and once asynchronously."""
    sweep = importlib.import_module(name).sweep
    for asynchronous in (False, True):
        way = Way(asynchronous=asynchronous)
        await sweep(way)
        await way.close()


if __name__ == "__main__":
    sys.modules["way"] = sys.modules["__main__"]
    asyncio.run(main(sys.argv[1]))
    print("done")
