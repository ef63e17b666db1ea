"""The partner ids of accounts: given out once for each organisation, declared by a world, kept apart between tenants."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from lightkeeper import migrations
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.problems import Conflict, Invalid
from lightkeeper.publishing import accounts, partner_ids
from lightkeeper.publishing.account import Publisher
from lightkeeper.world import apply, show
from tests.house import CHEAP, House

WORLD = Path(__file__).parents[1] / "house.yaml"
FABRIKAM, CONTOSO = "fabfabfa-0000-4000-8000-000000000001", "c0c0c0c0-0000-4000-8000-000000000001"
PARTNERS = "/providers/Microsoft.ManagementPartner/partners"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = House.of(tmp_path_factory.mktemp("house"), WORLD.read_text())
    yield built
    built.close()


def put(house: House, publisher_id: str, tenant_id: str, *ids: str) -> tuple[str, ...]:
    with house.office.writing(OPERATOR) as call:
        return accounts.put_publisher(
            call, Publisher(publisher_id, tenant_id, publisher_id, partner_ids=ids)
        ).partner_ids


def test_an_account_gets_an_id_worked_out_from_its_tenant(house: House) -> None:
    """The partner program assigns it; accounts of one organisation share it, and a second reading gives the same."""
    first = put(house, "contoso-one", CONTOSO)

    assert first == (str(partner_ids.first_id_of(CONTOSO)),)
    assert partner_ids.LOWEST <= int(first[0]) <= partner_ids.HIGHEST
    assert put(house, "contoso-two", CONTOSO) == first == put(house, "contoso-one", CONTOSO)


def test_an_id_belongs_to_one_organisation(house: House) -> None:
    with pytest.raises(Conflict, match="another organisation"):
        put(house, "contoso-one", CONTOSO, "4759000")
    with pytest.raises(Invalid, match="no partner id"):
        put(house, "contoso-one", CONTOSO, "MPN 1")


def test_somebody_who_signs_up_can_be_linked_to_at_once(house: House) -> None:
    """Opening an account makes its organisation a partner this house knows."""
    tenant = "dddddddd-0000-4000-8000-000000000001"
    number = partner_ids.first_id_of(tenant)
    link = f"{PARTNERS}/{number}?api-version=2018-02-01"
    assert house.send("PUT", link, by="fabrikam/technician").status == 400
    contact = {"name": "N", "email": "n@northwind.example", "phone": "1"}
    body = {
        "id": "northwind",
        "displayName": "Northwind",
        "legalName": "Northwind",
        "address": "Here",
        "contact": contact,
    }

    made = house.send("POST", "/api/publishers?api-version=2017-10-31", body, by="northwind/owner")

    assert made.json["partnerIds"] == [str(number)]
    linked = house.send("PUT", link, by="northwind/owner")
    assert linked.json["properties"]["partnerName"] == "Northwind"


def test_a_world_declares_links_and_shows_them_again(tmp_path: Path) -> None:
    """Applying what is shown changes nothing."""
    house = House.of(tmp_path, WORLD.read_text() + _links("fabrikam/automation", "4759001"))
    try:
        with house.office.reading(OPERATOR) as call:
            shown = show.world_now(call)
        with house.office.writing(OPERATOR) as call:
            again = apply.apply_text(call, json.dumps(shown), "world.json", CHEAP)

        assert shown["partnerLinks"] == [{"principal": "fabrikam/automation", "partnerId": "4759001"}]
        assert shown["publishers"]["fabrikam"]["partnerIds"] == ["4759000", "4759001"]
        assert again.changed == 0
    finally:
        house.close()


def _links(principal: str, partner_id: str) -> str:
    return f'partnerLinks:\n  - {{principal: {principal}, partnerId: "{partner_id}"}}\n'


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (_links("fabrikam/technician", "1"), "BadRequest"),
        (_links("fabrikam/tier1", "4759000"), "GroupLinked"),
        (_links("fabrikam/nobody", "4759000"), "UnknownName"),
        (_links("fabrikam/technician", "x"), "BadValue"),
        (_links("fabrikam/technician", "4759000") + '  - {principal: fabrikam/Technician, partnerId: "4759001"}\n',
         "DuplicateName"),
    ],
)  # fmt: skip
def test_a_world_with_a_link_to_nobody_is_not_applied(house: House, more: str, code: str) -> None:
    """Every fault comes with its line, and nothing is changed."""
    with pytest.raises(Invalid) as refused, house.office.writing(OPERATOR) as call:
        apply.apply_text(call, WORLD.read_text() + more, "world.yaml", CHEAP)

    [fault] = refused.value.details
    assert fault.code == code
    assert fault.place is not None and fault.place.line > 50


def test_accounts_of_older_versions_get_their_ids_with_the_schema(tmp_path: Path) -> None:
    """Upgrading gives each tenant the id that it would be given today."""
    database = Database(f"sqlite:///{tmp_path}/old.db", durable=False)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    row = "INSERT INTO publishers VALUES (:id, :tenant, 'F', '[]', '', NULL, 'Authorized', '', NULL)"
    try:
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0007")
            for name, tenant in (("a", FABRIKAM), ("b", FABRIKAM), ("c", CONTOSO)):
                connection.execute(text(row), {"id": name, "tenant": tenant})
            command.upgrade(config, "0008")
            found = dict(connection.execute(text("SELECT publisher_id, partner_id FROM publisher_partner_ids")).all())
    finally:
        database.close()

    assert found == {
        "a": str(partner_ids.first_id_of(FABRIKAM)),
        "b": str(partner_ids.first_id_of(FABRIKAM)),
        "c": str(partner_ids.first_id_of(CONTOSO)),
    }
