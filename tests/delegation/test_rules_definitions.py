"""What a registration definition may hold: the rules that the stories do not tell, each by its number."""

from dataclasses import replace
from typing import Any

import pytest

from lightkeeper.access.roles import built_in, role_named, role_of
from lightkeeper.delegation.activation_rules import MOST_APPROVERS
from lightkeeper.delegation.definition_rules import (
    CROSS_CLOUD,
    DESCRIPTION_LENGTH,
    LICENSE_REQUIRED,
    NAME_LENGTH,
    NO_ACTIVATION,
    DefinitionFacts,
    why_not_define,
)
from lightkeeper.delegation.eligibility import RESTRICTED_ACTIONS, why_not_hold
from lightkeeper.delegation.model import (
    Approver,
    Authorization,
    DefinitionAsked,
    EligibleAuthorization,
    JustInTimePolicy,
)
from lightkeeper.delegation.objections import CREATE_REQUEST, Objection
from lightkeeper.delegation.settings import DelegationSettings
from lightkeeper.directory.model import Cloud
from lightkeeper.kernel.findings import Severity
from lightkeeper.kernel.ids import named
from tests.delegation.market import CONTRIBUTOR, OWNER, READER, USER_ACCESS_ADMINISTRATOR, asks_for, oid, tid

GUID = named("definition", "rules")
SOMEBODY = oid("tech")


def objections(asked: DefinitionAsked, **facts: Any) -> list[Objection]:
    """What is refused; advice is left out."""
    known = DefinitionFacts(tid("contoso"), **facts)
    found = why_not_define(GUID, asked, known, role_of, DelegationSettings())
    return [one for one in found if one.finding.severity is Severity.ERROR]


def eligible(role: str = CONTRIBUTOR, policy: JustInTimePolicy | None = None, **more: Any) -> DefinitionAsked:
    entry = EligibleAuthorization(SOMEBODY, role, "", policy or JustInTimePolicy(), **more)
    return asks_for(("tech", READER), eligible_authorizations=(entry,))


def test_l6_only_access_administrators_name_roles_to_hand_on() -> None:
    """L6: a row is a principal, a role and a name; roles to hand on exactly with User Access Administrator."""
    plain = Authorization(SOMEBODY, READER, "")
    hands_on = Authorization(SOMEBODY, USER_ACCESS_ADMINISTRATOR, "", (CONTRIBUTOR,))

    assert objections(DefinitionAsked(tid("fabrikam"), (plain, hands_on))) == []
    for wrong in (replace(plain, delegated_role_ids=(CONTRIBUTOR,)), replace(hands_on, delegated_role_ids=())):
        assert len(objections(DefinitionAsked(tid("fabrikam"), (wrong,)))) == 1


def test_l7_eligible_rows_default_to_eight_hours_without_mfa() -> None:
    """L7: the MFA provider is Azure or None, and None when nothing is said; the longest activation is eight hours."""
    assert (JustInTimePolicy().mfa_provider, JustInTimePolicy().maximum_for) == ("None", "PT8H")
    assert objections(eligible(policy=JustInTimePolicy(mfa_provider="Azure"))) == []

    [objection] = objections(eligible(policy=JustInTimePolicy(mfa_provider="Okta")))

    assert objection.rule == "L7"


def test_l26_ten_actions_are_restricted() -> None:
    """L26: write and delete of five kinds of authorization resources, by name or by any pattern that covers them."""
    kinds = {action.split("/")[1] for action in RESTRICTED_ACTIONS}

    assert kinds == {"roleAssignments", "roleDefinitions", "classicAdministrators", "locks", "denyAssignments"}
    assert len(RESTRICTED_ACTIONS) == 10


def test_l27_patterns_and_the_literal_list_agree_on_every_built_in_role() -> None:
    """L26, L27: both published lists (with and without the bare wildcards) give the verdict of the matching rule."""
    prefix = "microsoft.authorization/"
    literal = {f"{prefix}{end}" for end in ("*", "*/write", "*/delete")}
    literal |= {action.lower() for action in RESTRICTED_ACTIONS}
    literal |= {f"{prefix}{kind}/*" for kind in ("roleassignments", "roledefinitions", "locks", "denyassignments")}
    older = literal | {"*/write", "*/delete"}

    for role in built_in():
        if role.id in (OWNER, USER_ACCESS_ADMINISTRATOR) or role.data_actions or role.deprecated:
            continue
        verdict = why_not_hold(role.id, role_of, GUID, "")
        for listed in (literal, older):
            named_so = any(
                action.lower() in listed and block.removing(action) is None
                for block in role.permissions
                for action in block.actions
            )
            assert named_so is (verdict is not None and verdict.rule == "L25"), role.name


def test_l28_each_row_hears_the_first_rule_it_breaks() -> None:
    """L28: unknown, Owner, User Access Administrator, data actions, restricted actions, in this order."""
    both = role_named("Foundry Owner")  # data actions and restricted ones
    assert both is not None
    rows = ("nonsense", OWNER, USER_ACCESS_ADMINISTRATOR, both.id)
    asked = DefinitionAsked(tid("fabrikam"), tuple(Authorization(SOMEBODY, role) for role in rows))

    assert [one.rule for one in objections(asked)] == ["L36", "L21", "L22", "L24"]


def test_l35_every_principal_of_a_definition_is_a_guid() -> None:
    """L35: active rows, eligible rows and approvers alike."""
    wrong = eligible(policy=JustInTimePolicy(approvers=(Approver("boss"),)))
    wrong = replace(
        wrong,
        authorizations=(Authorization("tech", READER),),
        eligible_authorizations=(replace(wrong.eligible_authorizations[0], principal_id="team"),),
    )

    found = [one.finding for one in objections(wrong) if one.rule == "L35"]

    assert [one.message for one in found] == [
        f"The PrincipalId '{who}' must be a valid Guid." for who in ("tech", "team", "boss")
    ]
    assert {one.code for one in found} == {CREATE_REQUEST}


@pytest.mark.parametrize("elsewhere", [Cloud.US_GOVERNMENT, Cloud.CHINA])
def test_l38_nothing_is_delegated_between_clouds(elsewhere: Cloud) -> None:
    """L38: neither from the public cloud to a national one, nor back, nor between two national ones."""
    asked = asks_for(("tech", READER))
    other = Cloud.CHINA if elsewhere is Cloud.US_GOVERNMENT else Cloud.US_GOVERNMENT

    for home, managing in ((Cloud.PUBLIC, elsewhere), (elsewhere, Cloud.PUBLIC), (elsewhere, other)):
        [objection] = objections(asked, cloud=home, managing_cloud=managing)
        assert (objection.rule, objection.finding.code) == ("L38", CROSS_CLOUD)
    assert objections(asked, cloud=elsewhere, managing_cloud=elsewhere) == []


def test_l46_names_and_descriptions_have_a_length() -> None:
    """L46: the lengths are ours, 512 and 1024, because none is published."""
    assert (NAME_LENGTH, DESCRIPTION_LENGTH) == (512, 1024)
    good = asks_for(("tech", READER), name="n" * NAME_LENGTH, description="d" * DESCRIPTION_LENGTH)
    assert objections(good) == []

    for longer in (replace(good, name="n" * 513), replace(good, description="d" * 1025)):
        assert [one.rule for one in objections(longer)] == ["L46"]


def test_l52_eligible_rows_obey_the_limits_of_roles_as_well() -> None:
    """L52: besides Owner and User Access Administrator, what no active row may hold no eligible row may hold."""
    blob, locks = role_named("Storage Blob Data Reader"), role_named("Locks Contributor")
    assert blob is not None
    assert locks is not None

    assert [one.rule for one in objections(eligible(blob.id))] == ["L24"]
    assert [one.rule for one in objections(eligible(locks.id))] == ["L25"]
    assert [one.rule for one in objections(eligible(OWNER))] == ["L52"]


def test_l54_ten_approvers_and_not_eleven() -> None:
    """L54: none means that nobody has to approve."""
    people = tuple(Approver(named("principal", str(n))) for n in range(11))

    for count, rules in ((0, []), (MOST_APPROVERS, []), (MOST_APPROVERS + 1, ["L54"])):
        assert [one.rule for one in objections(eligible(policy=JustInTimePolicy(approvers=people[:count])))] == rules


def test_l55_entries_of_one_role_differ_in_nothing_different_roles_in_everything() -> None:
    """L55: MFA, duration and the set of approvers are the policy; the order of approvers is not."""
    one, two = Approver(oid("boss")), Approver(oid("spy"))
    base = JustInTimePolicy(approvers=(one, two))

    def together(policy: JustInTimePolicy, role: str = CONTRIBUTOR) -> list[str]:
        first = EligibleAuthorization(SOMEBODY, CONTRIBUTOR, "", base)
        second = EligibleAuthorization(oid("tier1"), role, "", policy)
        asked = asks_for(("tech", READER), eligible_authorizations=(first, second))
        return [objection.rule for objection in objections(asked)]

    assert together(replace(base, approvers=(two, one))) == []
    for other in (
        replace(base, mfa_provider="Azure"),
        replace(base, maximum_for="PT7H"),
        replace(base, approvers=(one,)),
    ):
        assert together(other) == ["L55"]
        assert together(other, role=READER) == []


def test_l57_eligible_rows_need_a_licence_of_the_provider() -> None:
    """L57: the managing tenant's licence counts, the customer needs none; active rows need none either."""
    [objection] = objections(eligible(), licensed=False)

    assert (objection.rule, objection.finding.code) == ("L57", LICENSE_REQUIRED)
    assert objections(eligible(), licensed=True) == []
    assert objections(asks_for(("tech", READER)), licensed=False) == []


def test_l57_national_clouds_have_no_eligible_rows() -> None:
    """L57: whatever licence the provider holds."""
    national = {"cloud": Cloud.CHINA, "managing_cloud": Cloud.CHINA}

    [objection] = objections(eligible(), **national)

    assert (objection.rule, objection.finding.code) == ("L57", NO_ACTIVATION)
    assert objections(asks_for(("tech", READER)), **national) == []
