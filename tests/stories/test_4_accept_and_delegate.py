"""A customer finds the offer, accepts it, and delegates; who may not is refused with the rule."""

from tests.stories.cast import ARM_GROUPS, ARM_MACHINES, ARM_MANAGED, MANAGED, Cast, refusal


def test_accepting_grants_nothing_and_a_notice_says_so(cast: Cast) -> None:
    """L81: while an accepted offer has no delegation the provider can do nothing."""
    cast.publish()

    accepted = cast.accept()

    assert accepted.status_code == 200
    [notice] = cast.owner.portal("GET", "service-providers/notices").json()["value"]
    assert notice["notice"] and notice["version"] == "1.0.0"
    assert cast.technician.ask("GET", "/subscriptions").json()["value"] == []
    assert cast.accept().status_code == 200  # accepting again is no second offer
    assert len(cast.owner.portal("GET", "service-providers").json()["value"]) == 1


def test_delegating_a_subscription_and_a_group_of_another(cast: Cast) -> None:
    """L75, L82: the first delegation registers the resource provider; the notice is gone; two scopes are delegated."""
    cast.publish()
    cast.accept()
    cast.register("test")
    prod, group = cast.subscription("prod"), cast.subscription("test", "shared")

    made = cast.delegate(prod, group)

    assert made.status_code == 200
    assert [one["scope"].lower() for one in made.json()["value"]] == [prod.lower(), group.lower()]
    registered = cast.owner.ask("GET", f"{prod}/providers/{MANAGED}", version=ARM_GROUPS).json()
    assert registered["registrationState"] == "Registered"
    assert cast.owner.portal("GET", "service-providers/notices").json()["value"] == []
    [offer] = cast.owner.portal("GET", "service-providers").json()["value"]
    assert (offer["subscriptionsDelegated"], offer["resourceGroupsDelegated"]) == (1, 1)


def test_a_further_subscription_waits_for_its_registration(cast: Cast) -> None:
    """L75: later delegations are refused until the customer registers the resource provider there."""
    cast.delegated()
    lab = cast.subscription("lab")

    refused = cast.delegate(lab)
    cast.register("lab")
    made = cast.delegate(lab)

    assert refusal(refused) == (409, "MissingSubscriptionRegistration")
    assert made.status_code == 200, made.text


def test_all_scopes_are_delegated_or_none(cast: Cast) -> None:
    """One transaction: a scope that is refused takes the others with it."""
    cast.delegated()
    cast.register("lab")

    refused = cast.delegate(cast.subscription("lab"), cast.subscription("prod"))

    assert refusal(refused) == (409, "MultipleRegistrationAssignmentsNotAllowed")
    path = f"{cast.subscription('lab')}/providers/{MANAGED}/registrationAssignments"
    assert cast.owner.ask("GET", path, version=ARM_MANAGED).json()["value"] == []


def test_who_may_not_delegate_is_refused(cast: Cast) -> None:
    """L70, L71: a guest has not the privileges, although Owner; a Reader and somebody without any role get ARM's refusal."""
    cast.publish()
    cast.accept()
    body = {"scopes": [cast.subscription("prod")], "consent": True}
    path = f"{cast.held}/delegate"

    assert refusal(cast.guest.portal("POST", path, body)) == (403, "InsufficientPrivilegesForManagedServiceResource")
    for name in ("reader", "nobody"):
        assert refusal(cast.person("customer", name).portal("POST", path, body)) == (403, "AuthorizationFailed")
    assert refusal(cast.technician.portal("POST", path, body))[0] in (403, 404)


def test_who_may_not_onboard_over_arm_is_refused(cast: Cast) -> None:
    """The same people, by PUT of a registration definition, get the same codes."""
    path = f"{cast.subscription('prod')}/providers/{MANAGED}/registrationDefinitions/{cast.id('prod')}"
    body = {
        "properties": {
            "registrationDefinitionName": "By hand",
            "managedByTenantId": cast.tenant("msp"),
            "authorizations": [
                {"principalId": cast.group("outer"), "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}
            ],
        }
    }

    guest = cast.guest.ask("PUT", path, body, ARM_MANAGED)
    reader = cast.person("customer", "reader").ask("PUT", path, body, ARM_MANAGED)
    nobody = cast.person("customer", "nobody").ask("PUT", path, body, ARM_MANAGED)
    stranger = cast.person("other", "owner").ask("PUT", path, body, ARM_MANAGED)

    assert refusal(guest) == (403, "InsufficientPrivilegesForManagedServiceResource")
    assert refusal(reader) == refusal(nobody) == (403, "AuthorizationFailed")
    assert refusal(stranger) == (401, "InvalidAuthenticationTokenTenant")


def test_consent_is_needed(cast: Cast) -> None:
    """L82: without the tick nothing is delegated."""
    cast.publish()
    cast.accept()

    answer = cast.owner.portal("POST", f"{cast.held}/delegate", {"scopes": [cast.subscription("prod")]})

    assert refusal(answer) == (400, "ConsentRequired")


def test_the_owners_who_could_are_listed(cast: Cast) -> None:
    """On request, whoever could delegate is named; guests are not among them."""
    found = cast.owner.portal("GET", f"subscriptions/{cast.id('prod')}/owners").json()["value"]

    assert [one["principalId"] for one in found] == [cast.user("customer", "owner")]


def test_the_operator_sees_the_grant_once_it_is_there(cast: Cast) -> None:
    """The answer to the delegation comes after every reader of the log: the very next request is allowed."""
    cast.publish()
    cast.accept()
    machine = cast.machine("prod", "web", "vm1")
    before = cast.technician.ask("GET", machine, version=ARM_MACHINES)

    made = cast.delegate(cast.subscription("prod"))
    after = cast.technician.ask("GET", machine, version=ARM_MACHINES)

    assert before.status_code == 401
    assert (made.status_code, after.status_code) == (200, 200)
    assert int(made.headers["x-lightkeeper-revision"]) > 0
