"""Find an order in which to build modules so that needed modules come first.

`needs` maps each module to the list of modules it needs. A module that appears
only inside such a list is built too. Whenever several modules could be next,
the alphabetically smallest one is taken. A name listed twice counts once. If
modules need each other in a circle, raise ValueError.
"""

# %% meta
entry_points = ["build_order"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = ["heapq"]

# %% reference
import heapq


def build_order(needs):
    users = {}
    missing = {}
    for module, listed in needs.items():
        users.setdefault(module, [])
        missing[module] = len(set(listed))
        for needed in set(listed):
            users.setdefault(needed, []).append(module)

    ready = [module for module in users if missing.get(module, 0) == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        module = heapq.heappop(ready)
        order.append(module)
        for user in users[module]:
            missing[user] -= 1
            if missing[user] == 0:
                heapq.heappush(ready, user)

    if len(order) < len(users):
        raise ValueError("modules need each other")
    return order

# %% cases
def visible():
    return [
        [{"app": ["log", "db"], "db": ["log"]}],
        [{}],
        {"call": "build_order", "args": [{"a": ["b"], "b": ["a"]}], "raises": "ValueError"},
    ]


def hidden(rng):
    def bad(needs):
        return {"call": "build_order", "args": [needs], "raises": "ValueError"}

    cases = [
        [{"solo": []}],
        [{"b": [], "a": [], "c": []}],
        [{"a": ["z"]}],
        [{"a": ["c"], "b": [], "c": []}],
        [{"a": ["b", "b"], "b": ["c", "c", "c"]}],
        [{"x": [], "w": ["x", "x"], "y": ["w"]}],
        [{"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}],
        [{"d": ["a"], "c": ["a"], "b": ["a"]}],
        [{"x": ["m"], "m": ["k"], "y": ["k"], "b": ["x"]}],
        [{"zeta": [], "eta": ["zeta"], "beta": ["eta"], "alpha": ["beta"]}],
        [{"one": ["two", "three"], "four": ["three"], "three": ["five"]}],
        [{"b1": ["a9"], "b2": ["a1"], "a5": []}],
        bad({"a": ["a"]}),
        bad({"a": ["b"], "b": ["c"], "c": ["b"]}),
        bad({"ok": [], "p": ["q"], "q": ["r"], "r": ["p"]}),
        bad({"a": ["b", "c"], "b": [], "c": ["a"]}),
    ]
    names = "hbfdaceg"
    for _ in range(4):
        needs = {}
        for i, name in enumerate(names):
            needs[name] = rng.sample(names[:i], rng.randrange(min(i, 3) + 1))
        cases.append([needs])
    return cases

# %% bug duplicate_needs category=logic
import heapq


def build_order(needs):
    users = {}
    missing = {}
    for module, listed in needs.items():
        users.setdefault(module, [])
        missing[module] = len(listed)
        for needed in set(listed):
            users.setdefault(needed, []).append(module)

    ready = [module for module in users if missing.get(module, 0) == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        module = heapq.heappop(ready)
        order.append(module)
        for user in users[module]:
            missing[user] -= 1
            if missing[user] == 0:
                heapq.heappush(ready, user)

    if len(order) < len(users):
        raise ValueError("modules need each other")
    return order

# %% bug first_in_first_out category=logic
def build_order(needs):
    users = {}
    missing = {}
    for module, listed in needs.items():
        users.setdefault(module, [])
        missing[module] = len(set(listed))
        for needed in set(listed):
            users.setdefault(needed, []).append(module)

    ready = sorted(module for module in users if missing.get(module, 0) == 0)
    order = []
    while ready:
        module = ready.pop(0)
        order.append(module)
        for user in users[module]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)

    if len(order) < len(users):
        raise ValueError("modules need each other")
    return order

# %% bug leaf_key_error category=type
import heapq


def build_order(needs):
    users = {module: [] for module in needs}
    missing = {}
    for module, listed in needs.items():
        missing[module] = len(set(listed))
        for needed in set(listed):
            users[needed].append(module)

    ready = [module for module in users if missing[module] == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        module = heapq.heappop(ready)
        order.append(module)
        for user in users[module]:
            missing[user] -= 1
            if missing[user] == 0:
                heapq.heappush(ready, user)

    if len(order) < len(users):
        raise ValueError("modules need each other")
    return order
