"""How long checking and comparing an offer of 100 plans takes, how many offers are published in a minute, and what grows.

    python bench/offers.py [offers at once] [grow until]

Offers are published by the durable workflows of a whole house on SQLite in a temporary folder, all submitted before the
first is waited for; memory is the growth of this process. Growth compares the same work beside 100, 1,000, 10,000 offers; lists are read by the page of 100.
"""

import copy
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import func, select

from lightkeeper import bootstrap
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.workflows import Workflows
from lightkeeper.publishing import service, workflow
from lightkeeper.publishing.check import check_offer
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.scaffold import LOGO, Answers, logo, offer_text
from lightkeeper.publishing.tables import offers
from lightkeeper.storefront import service as storefront
from lightkeeper.world import apply

PAGE = 100
PICTURES = {LOGO: logo("bench")}
SIZES = (100, 1_000, 10_000)
WORLD = """
tenants: {fabrikam: {domain: fabrikam.example, users: {publisher: {}}}}
publishers: {fabrikam: {tenant: fabrikam, designations: [azureExpertMsp], members: {publisher: owner}}}
"""


def offer(offer_id: str, plans: int = 1, rows: int = 3) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(offer_text(Answers(offer_id=offer_id)))
    document["listing"]["name"] = f"Care called {offer_id.replace('-', '')}here"
    first = document["plans"][0]
    document["plans"] = []
    for n in range(plans):
        plan = copy.deepcopy(first) | {"id": f"plan-{n}", "name": f"Plan {n}"}
        given = plan["manifest"]["authorizations"]
        plan["manifest"]["authorizations"] = [
            {**given[k % 3], "principalId": f"00000000-0000-4000-8000-{n:04d}{k:08d}"} for k in range(rows)
        ]
        document["plans"].append(plan)
    return document


def best(work: Callable[[], object], times: int = 5) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(times))


@contextmanager
def a_house(*, durable: bool) -> Iterator[Office]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        house = bootstrap.build(database, Clock())
        with house.office.writing(OPERATOR) as call:
            apply.apply_text(call, WORLD, "world.yaml")
        work = Workflows(house.office, bootstrap.workflows(), url=f"sqlite:///{folder}/workflows.db", node="bench")
        if durable:
            work.launch()
        yield house.office
        if durable:
            work.close()
        database.close()


def submit(office: Office, offer_id: str) -> str:
    with office.writing(OPERATOR) as call:
        service.put_offer(call, "fabrikam", offer_id, offer(offer_id), PICTURES)
    with office.writing(OPERATOR) as call:
        return service.publish(call, "fabrikam", offer_id).id


def go_live(office: Office, offer_id: str) -> None:
    with office.writing(OPERATOR) as call:
        service.go_live(call, "fabrikam", offer_id)


def wait_for(office: Office, stage: Stage, count: int) -> None:
    arrived = select(func.count()).select_from(offers).where(offers.c.stage == str(stage))
    while True:
        with office.reading(OPERATOR) as call:
            call.open_to_all("a measurement")
            if call.connection.execute(arrived).scalar_one() >= count:
                return
        time.sleep(0.25)


def at_once(office: Office, names: list[str]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(partial(submit, office), names))
        wait_for(office, Stage.AWAITING_SIGN_OFF, len(names))
        list(workers.map(partial(go_live, office), names))
    wait_for(office, Stage.LIVE, len(names))
    took = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{len(names)} offers at once, draft to live: {len(names) / took * 60:.0f} a minute, {grown:.0f} MB more memory"
    )


def fill(office: Office, offer_id: str) -> None:
    """Publish without the workflow engine: only what it leaves behind matters here."""
    submission = submit(office, offer_id)
    workflow.run_preview(office, submission)
    go_live(office, offer_id)
    workflow.run_live(office, submission)


def read(office: Office, work: Callable[[Any], object]) -> None:
    with office.reading(OPERATOR) as call:
        call.open_to_all("a measurement")
        work(call)


def beside(office: Office, count: int) -> None:
    names = iter(f"late-{count}-{n}" for n in range(100))
    milliseconds = {
        "submit": best(lambda: submit(office, next(names))),
        "status": best(lambda: read(office, lambda call: service.get_submission(call, "fabrikam", "offer-0"))),
        "history": best(lambda: read(office, lambda call: service.history(call, "fabrikam", "offer-0"))),
        "a page of the list": best(lambda: read(office, lambda call: service.list_offers(call, "fabrikam", most=PAGE))),
        "a page of a search": best(lambda: read(office, lambda call: storefront.search(call, "managed service"))),
        "a search for one": best(lambda: read(office, lambda call: storefront.search(call, "managed offer77here"))),
    }
    figures = ", ".join(f"{name} {took * 1000:.1f} ms" for name, took in milliseconds.items())
    print(f"beside {count} offers: {figures}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for rows in (3, 20):
        large = offer("bench-offer", 100, rows)
        text = io.StringIO()
        YAML(typ="safe", pure=True).dump(large, text)
        changed = copy.deepcopy(large)
        for plan in changed["plans"]:
            plan["manifest"]["authorizations"][0]["role"] = "Contributor"
        checked = best(partial(check_offer, text.getvalue(), "offer.yaml"))
        compared = best(partial(diff_offers, large, changed))
        print(f"100 plans of {rows} rows: check {checked:.3f} s, diff {compared:.3f} s")
    with a_house(durable=True) as office:
        at_once(office, [f"offer-{n}" for n in range(count)])
    if limit:
        with a_house(durable=False) as office:
            begun = 0
            for size in (size for size in SIZES if size <= limit):
                with ThreadPoolExecutor(4) as workers:
                    list(workers.map(partial(fill, office), (f"offer-{n}" for n in range(begun, size))))
                beside(office, size)
                begun = size


if __name__ == "__main__":
    main()
