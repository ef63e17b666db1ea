"""How long checking and comparing an offer of 100 plans takes, and how many offers are published in a minute.

    python bench/offers.py [offers]

Publishing is measured on SQLite in a temporary folder, by four threads; memory is the growth of the process.
"""

import copy
import io
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lightkeeper import migrations
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import service, workflow
from lightkeeper.publishing.account import Designation, Publisher, Verification
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE
from lightkeeper.publishing.check import check_offer
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.scaffold import LOGO, Answers, logo, offer_text

PICTURES = {LOGO: logo("bench")}


class Open:
    """Nobody is asked for a role here."""

    def allows(self, call: Any, action: str, scope: str) -> bool:
        return True

    def demand(self, call: Any, action: str, scope: str) -> None:
        return None


def offer(offer_id: str, plans: int = 1, rows: int = 3) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(offer_text(Answers(offer_id=offer_id)))
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


def best(work: Any, times: int = 5) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(times))


def publish(office: Office, document: dict[str, Any]) -> None:
    key = ("fabrikam", document["offer"]["id"])
    with office.writing(OPERATOR) as call:
        service.put_offer(call, *key, document, PICTURES)
    with office.writing(OPERATOR) as call:
        submission = service.publish(call, *key).id
    workflow.run_preview(office, submission)
    with office.writing(OPERATOR) as call:
        service.go_live(call, *key)
    workflow.run_live(office, submission)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
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
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrations.upgrade(database)
        office = Office(database, Clock(), Open())
        account = Publisher(
            "fabrikam",
            "33333333-3333-4333-8333-333333333333",
            "Fabrikam",
            (COMMERCIAL_MARKETPLACE,),
            verification=Verification.AUTHORIZED,
            designations=(Designation("azureExpertMsp"),),
        )
        with office.writing(OPERATOR) as call:
            service.put_publisher(call, account)
        documents = [offer(f"offer-{n}") for n in range(count)]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(lambda document: publish(office, document), documents))
        took = time.perf_counter() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        tail = time.perf_counter()
        for n in range(10):
            publish(office, offer(f"late-{n}"))
        late = (time.perf_counter() - tail) / 10
        print(f"{count} offers from draft to live: {count / took * 60:.0f} a minute, {grown:.0f} MB more memory")
        print(f"one offer beside {count} others: {late * 1000:.0f} ms")
        database.close()


if __name__ == "__main__":
    main()
