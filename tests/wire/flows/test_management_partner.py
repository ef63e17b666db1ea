"""The link to a partner id, as the tests of az's extension, PowerShell and the SDKs walk through it: 200 every time."""

from tests.house import House
from tests.wire.flows.client import FABRIKAM, PROVIDER, TECHNICIAN, Client

PARTNERS = "/providers/Microsoft.ManagementPartner/partners"
FIRST, SECOND = "4759000", "4759001"  # the partner ids that the town knows


def test_a_link_is_made_changed_and_taken_back(house: House) -> None:
    """Each account is linked once; `partners` without an id is the caller's own link, not a list."""
    client = Client(house, "2018-02-01", PROVIDER)
    assert client.gone(PARTNERS) and client.gone(f"{PARTNERS}/{FIRST}")
    made = client.ask("PUT", f"{PARTNERS}/{FIRST}", None, 200).json
    assert made["properties"]["partnerId"] == FIRST
    assert (made["properties"]["tenantId"], made["properties"]["objectId"]) == (FABRIKAM, TECHNICIAN)
    assert client.get(PARTNERS)["name"] == client.get(f"{PARTNERS}/{FIRST}")["name"] == FIRST
    changed = client.ask("PATCH", f"{PARTNERS}/{SECOND}", None, 200).json
    assert (changed["properties"]["partnerId"], changed["properties"]["version"]) == (SECOND, 2)
    assert client.gone(f"{PARTNERS}/{FIRST}")
    client.ask("DELETE", f"{PARTNERS}/{SECOND}", None, 200)
    assert client.gone(PARTNERS)


def test_operations(house: House) -> None:
    """A list, for everybody."""
    found = Client(house, "2018-02-01", PROVIDER).get("/providers/Microsoft.ManagementPartner/operations")["value"]

    assert "Microsoft.ManagementPartner/partners/write" in [one["name"] for one in found]
