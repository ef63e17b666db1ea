"""Finds circles in who-contains-whom."""

from collections.abc import Mapping, Sequence


def circles_in(inside: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return each circle once, as the keys along it; a key that contains itself is a circle of one.

    Every key that is part of some circle is in at least one of the circles returned.
    """
    done: set[str] = set()
    found: list[list[str]] = []
    for start in inside:
        if start in done:
            continue
        path: list[str] = [start]
        on_path = {start: 0}
        waiting = [iter(inside.get(start, ()))]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                last = path.pop()
                del on_path[last]
                done.add(last)
            elif following in on_path:
                found.append(path[on_path[following] :])
            elif following not in done:
                on_path[following] = len(path)
                path.append(following)
                waiting.append(iter(inside.get(following, ())))
    return found
