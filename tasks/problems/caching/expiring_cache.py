"""A cache whose entries live for a limited time.

`ExpiringCache(lifetime, capacity)` holds at most `capacity` entries (at least
1). The clock is passed in as `now`, a number that never runs backwards.
`put(key, value, now)` stores an entry, or replaces one and starts its life
anew. `get(key, now, default=None)` returns the value while the entry is
younger than `lifetime`, else the default; reading does not prolong a life.
When a new key needs room, entries that are dead at that time go first, and if
the cache is still full, the entry stored longest ago. `alive(now)` returns
the living keys in the order in which they were last stored.
"""

# %% meta
entry_points = ["ExpiringCache"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
class ExpiringCache:
    """Entries that die `lifetime` after they were stored."""

    def __init__(self, lifetime, capacity):
        self.lifetime = lifetime
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value, now):
        self.entries.pop(key, None)
        self._drop_dead(now)
        if len(self.entries) >= self.capacity:
            oldest = next(iter(self.entries))
            del self.entries[oldest]
        self.entries[key] = (value, now)

    def get(self, key, now, default=None):
        if key not in self.entries:
            return default
        value, stored = self.entries[key]
        if now - stored >= self.lifetime:
            return default
        return value

    def alive(self, now):
        self._drop_dead(now)
        return list(self.entries)

    def _drop_dead(self, now):
        for key, (_, stored) in list(self.entries.items()):
            if now - stored < self.lifetime:
                break
            del self.entries[key]

# %% cases
def script(lifetime, capacity, *calls):
    steps = [{"call": "ExpiringCache", "args": [lifetime, capacity], "bind": "cache"}]
    for name, *args in calls:
        step = {"call": "cache." + name, "args": args}
        if name == "put":
            step["check"] = False
        steps.append(step)
    return {"steps": steps}


def visible():
    return [
        script(10, 2, ("put", "a", 1, 0), ("get", "a", 9), ("get", "a", 10)),
        script(10, 2, ("put", "a", 1, 0), ("put", "b", 2, 1), ("put", "c", 3, 2), ("alive", 3)),
    ]


def hidden(rng):
    cases = [
        script(5, 3, ("get", "x", 0), ("get", "x", 0, "none")),
        script(5, 3, ("alive", 0)),
        script(5, 1, ("put", "a", 1, 0), ("put", "b", 2, 1), ("get", "a", 1), ("get", "b", 1)),
        script(5, 2, ("put", "a", 1, 0), ("put", "a", 2, 3), ("get", "a", 6), ("get", "a", 8, "gone")),
        script(
            5, 2,
            ("put", "a", 1, 0), ("put", "b", 2, 1), ("put", "a", 3, 2), ("put", "c", 4, 3), ("alive", 4),
        ),
        script(5, 2, ("put", "a", 1, 0), ("get", "a", 4), ("get", "a", 5), ("alive", 5)),
        script(5, 2, ("put", "a", 1, 0), ("put", "b", 2, 0), ("put", "b", 3, 1), ("alive", 1)),
        script(
            5, 2, ("put", "a", 1, 0), ("put", "b", 2, 4), ("put", "c", 3, 5), ("alive", 5), ("get", "b", 5),
        ),
        script(5, 3, ("put", "a", None, 0), ("get", "a", 1, "default"), ("get", "a", 7, "default")),
        script(5, 3, ("put", "a", 0, 0), ("get", "a", 1, 9)),
        script(0, 3, ("put", "a", 1, 0), ("get", "a", 0), ("alive", 0)),
        script(2.5, 3, ("put", "a", 1, 0.5), ("get", "a", 2.9), ("get", "a", 3.0)),
        script(9, 3, ("put", "a", 1, 0), ("put", "b", 1, 1), ("put", "c", 1, 2), ("alive", 9), ("alive", 10)),
        script(
            3, 2,
            ("put", "a", 1, 0), ("put", "b", 1, 0), ("put", "c", 1, 3), ("put", "d", 1, 3), ("alive", 3),
        ),
    ]
    for _ in range(4):
        calls = []
        for now in range(15):
            key = rng.choice("abcd")
            calls.append(("put", key, now, now) if rng.random() < 0.5 else ("get", key, now))
            calls.append(("alive", now))
        cases.append(script(rng.randrange(2, 7), rng.randrange(1, 4), *calls))
    return cases

# %% bug reading_prolongs category=logic
class ExpiringCache:
    """Entries that die `lifetime` after they were stored."""

    def __init__(self, lifetime, capacity):
        self.lifetime = lifetime
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value, now):
        self.entries.pop(key, None)
        self._drop_dead(now)
        if len(self.entries) >= self.capacity:
            oldest = next(iter(self.entries))
            del self.entries[oldest]
        self.entries[key] = (value, now)

    def get(self, key, now, default=None):
        if key not in self.entries:
            return default
        value, stored = self.entries[key]
        if now - stored >= self.lifetime:
            return default
        self.entries[key] = (value, now)
        return value

    def alive(self, now):
        self._drop_dead(now)
        return list(self.entries)

    def _drop_dead(self, now):
        for key, (_, stored) in list(self.entries.items()):
            if now - stored < self.lifetime:
                break
            del self.entries[key]

# %% bug replaced_in_place category=logic
class ExpiringCache:
    """Entries that die `lifetime` after they were stored."""

    def __init__(self, lifetime, capacity):
        self.lifetime = lifetime
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value, now):
        self._drop_dead(now)
        if len(self.entries) >= self.capacity:
            oldest = next(iter(self.entries))
            del self.entries[oldest]
        self.entries[key] = (value, now)

    def get(self, key, now, default=None):
        if key not in self.entries:
            return default
        value, stored = self.entries[key]
        if now - stored >= self.lifetime:
            return default
        return value

    def alive(self, now):
        self._drop_dead(now)
        return list(self.entries)

    def _drop_dead(self, now):
        for key, (_, stored) in list(self.entries.items()):
            if now - stored < self.lifetime:
                break
            del self.entries[key]

# %% bug view_not_list category=type
class ExpiringCache:
    """Entries that die `lifetime` after they were stored."""

    def __init__(self, lifetime, capacity):
        self.lifetime = lifetime
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value, now):
        self.entries.pop(key, None)
        self._drop_dead(now)
        if len(self.entries) >= self.capacity:
            oldest = next(iter(self.entries))
            del self.entries[oldest]
        self.entries[key] = (value, now)

    def get(self, key, now, default=None):
        if key not in self.entries:
            return default
        value, stored = self.entries[key]
        if now - stored >= self.lifetime:
            return default
        return value

    def alive(self, now):
        self._drop_dead(now)
        return list(self.entries)

    def _drop_dead(self, now):
        for key, (_, stored) in self.entries.items():
            if now - stored < self.lifetime:
                break
            del self.entries[key]
