"""Users by Graph: az ad user."""

import pytest

from tests.wire.entra.town import PASSWORD, Town

DOMAIN = "contoso.example"


def new(name: str) -> dict[str, object]:
    return {
        "accountEnabled": True,
        "displayName": name.title(),
        "mailNickname": name,
        "userPrincipalName": f"{name}@{DOMAIN}",
        "passwordProfile": {"password": PASSWORD, "forceChangePasswordNextSignIn": False},
    }


def test_a_user_is_made_read_changed_and_deleted(town: Town) -> None:
    """The verbs of az ad user, one after the other."""
    made = town("POST", "/users", new("ada") | {"jobTitle": "Counter", "businessPhones": ["1"]}, by="users-admin")
    assert made.status == 201
    assert made.headers["location"].endswith(f"/users/{made.body['id']}")
    assert (made.body["userPrincipalName"], made.body["userType"]) == (f"ada@{DOMAIN}", "Member")
    assert (made.body["jobTitle"], made.body["businessPhones"]) == ("Counter", ["1"])
    path = f"/users/{made.body['id']}"

    assert town("PATCH", path, {"displayName": "Ada L.", "jobTitle": None, "usageLocation": "DE"}).status == 204
    shown = town.get(path).body
    assert (shown["displayName"], shown["jobTitle"], shown["usageLocation"]) == ("Ada L.", None, "DE")
    assert "password" not in str(shown).lower().replace("passwordpolicies", "")

    assert town("DELETE", path).status == 204
    assert town.get(path).status == 404


def test_a_name_that_is_taken_is_refused(town: Town) -> None:
    """The sign-in name is one account's, whatever its case."""
    assert town("POST", "/users", new("bob")).status == 201
    again = town("POST", "/users", new("bob") | {"userPrincipalName": f"BOB@{DOMAIN}"})

    assert (again.status, again.code) == (400, "Request_BadRequest")
    assert again.said == "Another object with the same value for property userPrincipalName already exists."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"userPrincipalName": "eve@elsewhere.example"}, "verified domain names"),
        ({"passwordProfile": {"password": "simple"}}, "password complexity"),
        ({"passwordProfile": None}, "'passwordProfile'"),
        ({"passwordProfile": {"password": 7}}, "'passwordProfile'"),
        ({"mailNickname": ""}, "'mailNickname'"),
        ({"mailNickname": "two words"}, "'mailNickname'"),
        ({"displayName": None}, "'displayName'"),
        ({"displayName": "x" * 257}, "1 to 256"),
        ({"displayName": "a\x00b"}, "'displayName'"),
        ({"accountEnabled": "yes"}, "'accountEnabled'"),
        ({"userType": "King"}, "'userType'"),
        ({"shoeSize": 44}, "Invalid property 'shoeSize'"),
        ({"directoryRoles": ["Global Administrator"]}, "Invalid property 'directoryRoles'"),
        ({"id": "x"}, "Invalid property 'id'"),
    ],
)
def test_a_malformed_user_is_refused(town: Town, change: dict[str, object], said: str) -> None:
    """A user needs a sign-in name in the tenant's domain, a nickname and a password that is not too plain."""
    heard = town("POST", "/users", new("eve") | change)

    assert heard.status == 400
    assert said in heard.said
    assert town.get(f"/users/eve@{DOMAIN}").status == 404


def test_a_disabled_user_is_shown_so(town: Town) -> None:
    """The property accountEnabled says whether one may sign in."""
    id = town.make("users", displayName="Dis", userPrincipalName=f"dis@{DOMAIN}")

    assert town("PATCH", f"/users/{id}", {"accountEnabled": False}).status == 204

    assert town.get(f"/users/{id}").body["accountEnabled"] is False
    assert town.logged()[-1][0] == "UserWritten"
    assert town.logged()[-1][1]["enabled"] is False


def test_a_password_never_reaches_the_log(town: Town) -> None:
    """Neither a password nor somebody's telephone number is written where nothing is forgotten."""
    secret = "Unseen-By-Anyone-9"
    town.make(
        "users",
        displayName="Sec",
        userPrincipalName=f"sec@{DOMAIN}",
        mobilePhone="+49 555",
        passwordProfile={"password": secret},
    )

    assert secret not in str(town.logged())
    assert "+49 555" not in str(town.logged())


def test_names_with_signs_that_addresses_know_are_found(town: Town) -> None:
    """Guests' names hold a number sign; names may begin with a dollar sign, and then stand in parentheses."""
    guest = town.people.guest
    assert town.get(f"/users/{guest.upn.replace('#', '%23')}").body["id"] == guest.id
    id = town.make("users", displayName="Dollar", userPrincipalName=f"$dollar@{DOMAIN}")
    assert town.get(f"/users('$dollar@{DOMAIN}')").body["id"] == id


def test_nothing_is_kept_of_a_refused_change(town: Town) -> None:
    """A change is one transaction: with a bad password the new name is not kept either."""
    id = town.make("users", displayName="Whole", userPrincipalName=f"whole@{DOMAIN}")
    before = len(town.logged())

    assert town("PATCH", f"/users/{id}", {"displayName": "Half", "passwordProfile": {"password": "x"}}).status == 400

    assert town.get(f"/users/{id}").body["displayName"] == "Whole"
    assert len(town.logged()) == before
