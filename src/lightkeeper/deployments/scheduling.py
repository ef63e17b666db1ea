"""The order of work: each resource after all it waits for, those that wait for nothing side by side if the caller likes."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from lightkeeper.deployments.planned import Planned


def in_turn(
    resources: Sequence[Planned], act: Callable[[Planned], bool], wanted: Callable[[], bool], *, at_once: int = 1
) -> bool:
    """Do `act` for each resource once everything it depends on went well (`act` returned True), `at_once` at a time.

    What waits for a resource that went wrong is left out, and what waits for that. Return False when `wanted` said, before
    some resource, that nothing more is to be done. What `act` raises is raised when all that was begun has ended.
    """
    if at_once == 1:
        return _one_by_one(resources, act, wanted)
    with ThreadPoolExecutor(at_once, thread_name_prefix="deployment") as pool:
        return _side_by_side(resources, act, wanted, pool, at_once)


def _one_by_one(resources: Sequence[Planned], act: Callable[[Planned], bool], wanted: Callable[[], bool]) -> bool:
    wrong: set[str] = set()
    for one in resources:
        if any(key in wrong for key in one.depends_on):
            wrong.add(one.key)
            continue
        if not wanted():
            return False
        if not act(one):
            wrong.add(one.key)
    return True


def _side_by_side(
    resources: Sequence[Planned],
    act: Callable[[Planned], bool],
    wanted: Callable[[], bool],
    pool: ThreadPoolExecutor,
    at_once: int,
) -> bool:
    waiting = {one.key: one for one in resources}
    under_way: dict[Future[bool], Planned] = {}
    wrong: set[str] = set()
    stopped = False
    while (waiting and not stopped) or under_way:
        for one in [] if stopped else list(waiting.values()):
            if any(key in wrong for key in one.depends_on):
                wrong.add(waiting.pop(one.key).key)
            elif len(under_way) < at_once and not _blocked(one, waiting, under_way):
                if not wanted():
                    stopped = True
                    break
                under_way[pool.submit(act, waiting.pop(one.key))] = one
        if under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                one = under_way.pop(future)
                if not future.result():
                    wrong.add(one.key)
    return not stopped


def _blocked(one: Planned, waiting: dict[str, Planned], under_way: dict[Future[bool], Planned]) -> bool:
    open_keys = {planned.key for planned in under_way.values()}
    return any(key in waiting or key in open_keys for key in one.depends_on)
