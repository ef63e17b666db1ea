"""Partner links and terms by the Python SDKs, asynchronous: run with `.clients/python`."""

import asyncio
import os

from azure.identity.aio import ClientSecretCredential
from azure.mgmt.managementpartner.aio import ACEProvisioningManagementPartnerAPI
from azure.mgmt.marketplaceordering.aio import MarketplaceOrderingAgreements


async def main() -> None:
    """Link, look, unlink; read and sign."""
    arm = os.environ["LIGHTKEEPER_ARM"]
    who = ClientSecretCredential(
        os.environ["TENANT_ID"], os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"],
        authority=arm, disable_instance_discovery=True,
    )  # fmt: skip
    async with who:
        async with ACEProvisioningManagementPartnerAPI(who, base_url=arm) as api:
            made = await api.partner.create("4759000")
            assert (await api.partners.get()).version == made.version
            await api.partner.delete("4759000")
            assert [one async for one in api.operation.list()]
        async with MarketplaceOrderingAgreements(who, os.environ["SUBSCRIPTION_ID"], base_url=arm) as ordering:
            terms, plan = ordering.marketplace_agreements, ("fabrikam", "managed-operations", "operations")
            read = await terms.get("virtualmachine", *plan)
            read.accepted = True
            assert (await terms.create("virtualmachine", *plan, read)).accepted
            assert (await terms.list()).value
            assert [one async for one in ordering.operations.list()]


asyncio.run(main())
print("done")
