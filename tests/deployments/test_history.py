"""How many deployments a scope keeps: the oldest go by themselves, unless a lock keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lightkeeper.deployments import keeping, seams, store
from lightkeeper.deployments.model import Deployment
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.ids import new_guid
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict
from tests.deployments.town import GROUP, Cloud, accept, deploy, look, template


@pytest.fixture
def kept(office: Office) -> Deployment:
    """A group with as many deployments as start the cleaning; the first is the oldest."""
    first = deploy(office, template(), name="d0")
    with office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        for n in range(1, keeping.MOST_KEPT):
            at = first.accepted_at + timedelta(seconds=n)
            store.put(
                call,
                replace(first, key=f"{first.key}-{n}", name=f"d0-{n}", run_id=new_guid(), accepted_at=at, template={}),
            )
    return first


def count(office: Office) -> int:
    with office.reading(OPERATOR) as call:
        call.open_to_all("a test")
        return store.count(call, GROUP.lower())


def test_the_oldest_go(office: Office, kept: Deployment) -> None:
    """Deployment history: at 775 the oldest are deleted down to 750; an existing name needs no room."""
    accept(office, template(), name="d0")
    assert count(office) == keeping.MOST_KEPT

    accept(office, template(), name="new")

    assert count(office) == keeping.KEPT_AFTER_CLEANUP + 1
    assert look(office, name="new")


def test_a_lock_keeps_them_until_there_is_no_room(
    office: Office, cloud: Cloud, kept: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on the group prevents the cleaning; at 800 a new name is refused with DeploymentQuotaExceeded."""
    seams.install(replace(cloud.seams(), is_locked=lambda call, scope: True))
    accept(office, template(), name="one-more")
    monkeypatch.setattr(keeping, "QUOTA", keeping.MOST_KEPT + 1)

    with pytest.raises(Conflict) as refused:
        accept(office, template(), name="too-many")

    assert count(office) == keeping.MOST_KEPT + 1
    assert refused.value.code == "DeploymentQuotaExceeded"
    assert f"The current deployment count is '{keeping.MOST_KEPT + 1}'." in refused.value.message
