"""Work that outlives a crash: steps checkpointed by DBOS, started by entries of the log.

A workflow is a name, the kind of log entry that starts it and a list of steps. A step is a plain function over the
office and a subject (an id): it opens its own call, does its part conditionally (a step may run twice when a crash falls
between its commit and its checkpoint) and says whether to go on. Waiting for a person is a state in a table, not a thread:
the next workflow starts when the person's entry is logged.

Nothing is lost between a commit and the start of its workflow: one thread of each process follows the log with a stored
cursor and starts what it finds under an id made of the entry's revision; starting twice is starting once. What a node
had begun when it died is taken over by another one (`kernel/nodes.py`).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.log_reader import LogReader
from lightkeeper.kernel.office import Office

Act = Callable[[Office, str], bool]
CURSOR = "workflows"
APPLICATION_VERSION = "1"
"""Workflows of another version are not resumed, so this changes only when the steps of a running one no longer fit."""

_PORTION = 20
"""Entries whose workflows are started in one transaction."""

_RETRIES, _FIRST_WAIT = 5, 0.5

LOOK_AFTER_EVERY = 60.0
"""Seconds between two looks for subjects whose workflow has died."""

MOST_REVIVALS = 5

_ALIVE = ["PENDING", "ENQUEUED", "DELAYED"]

report = structlog.get_logger("lightkeeper.workflows")


@dataclass(frozen=True, slots=True)
class Step:
    """One checkpointed step; `act` returns whether the workflow goes on."""

    name: str
    act: Act


@dataclass(frozen=True, slots=True)
class Workflow:
    """What runs when an entry of `started_by` is logged; the entry's body names the subject under `subject`.

    `unfinished` names the subjects that some run must be at: those that nothing is at any more are taken up again, and
    given to `abandon` when that has failed too often.
    """

    name: str
    started_by: str
    subject: str
    steps: tuple[Step, ...]
    unfinished: Callable[[Office], Sequence[str]] | None = None
    abandon: Callable[[Office, str], None] | None = None


class _Desk:
    """What the one workflow function below works with; DBOS is one per process, so this is too."""

    office: Office
    workflows: dict[str, Workflow]
    running: dict[str, None]


_desk = _Desk()


@DBOS.workflow(name="lightkeeper")
def _run(name: str, subject: str) -> None:
    run = f"{name}/{subject}"
    _desk.running[run] = None
    try:
        for step in _desk.workflows[name].steps:
            options = {
                "name": step.name,
                "retries_allowed": True,
                "max_attempts": _RETRIES,
                "interval_seconds": _FIRST_WAIT,
            }
            if not DBOS.run_step(options, step.act, _desk.office, subject):  # type: ignore[call-overload]
                return
    finally:
        _desk.running.pop(run, None)


class Workflows:
    """Starts, resumes and stops the durable work of one process."""

    def __init__(self, office: Office, workflows: Sequence[Workflow], *, url: str, node: str) -> None:
        """`url` is where checkpoints live; `node` is stable over restarts, since a process resumes only its own work."""
        _desk.office = office
        _desk.workflows = {workflow.name: workflow for workflow in workflows}
        _desk.running = {}
        self._office = office
        self._by_kind = {workflow.started_by: workflow for workflow in workflows}
        self._reader = LogReader(CURSOR, tuple(self._by_kind), self._start, portion=_PORTION)
        self._url, self._node = url, node
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="workflow-starter", daemon=True)

    def launch(self) -> None:
        """Resume what was under way, then start what the log asks for."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS.destroy()
        DBOS(
            config=DBOSConfig(
                name="lightkeeper",
                system_database_url=self._url,
                application_version=APPLICATION_VERSION,
                executor_id=self._node,
                log_level="WARNING",
                use_listen_notify=False,
            )
        )
        DBOS.launch()
        self._office.readers.append(self.told)
        self._thread.start()
        self._wake.set()

    def told(self, entries: list[Entry]) -> None:
        """Wake the starter when an entry starts a workflow."""
        if any(entry.kind in self._by_kind for entry in entries):
            self._wake.set()

    def close(self, *, patience: timedelta = timedelta(seconds=10)) -> None:
        """Stop starting work and give running steps `patience`; what is left is resumed at the next launch."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        # The library sleeps a second before it looks for the first time, so it is asked to wait only for somebody.
        DBOS.destroy(workflow_completion_timeout_sec=int(patience.total_seconds()) if _desk.running else 0)

    def _follow(self) -> None:
        looked_after = -LOOK_AFTER_EVERY
        while not self._stop.is_set():
            self._wake.wait(timeout=2.0)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                while self._reader.follow(self._office) and not self._stop.is_set():
                    pass
                if time.monotonic() - looked_after >= LOOK_AFTER_EVERY:
                    looked_after = time.monotonic()
                    self.revive()
            except Exception:
                report.exception("the log could not be followed; trying again")

    def revive(self) -> None:
        """Start anew what is unfinished although none of its workflows is alive: they failed for good, or were lost."""
        for workflow in self._by_kind.values():
            for subject in workflow.unfinished(self._office) if workflow.unfinished is not None else ():
                prefix = f"{workflow.name}/{subject}/"
                known = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
                if any(one.status in _ALIVE for one in known):
                    continue
                if len(known) > MOST_REVIVALS and workflow.abandon is not None:
                    report.error("given up", workflow=workflow.name, subject=subject)
                    workflow.abandon(self._office, subject)
                    continue
                report.warning("taken up again", workflow=workflow.name, subject=subject)
                with SetWorkflowID(f"{prefix}again-{len(known)}"):
                    DBOS.start_workflow(_run, workflow.name, subject)

    def take_over(self, node: str) -> None:
        """Make what another node had begun eligible here; harmless for what somebody has taken already."""
        DBOS._recover_pending_workflows([node])

    def _start(self, call: Call, entry: Entry) -> None:
        """Start what an entry asks for. It begins to work when the entry's turn is over, or a little before."""
        workflow = self._by_kind[entry.kind]
        subject = str(entry.body[workflow.subject])
        with SetWorkflowID(f"{workflow.name}/{subject}/{entry.revision}"):
            DBOS.start_workflow(_run, workflow.name, subject)
