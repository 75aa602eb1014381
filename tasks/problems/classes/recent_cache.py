"""A cache that keeps only the most recently used entries.

RecentCache(capacity) holds at most `capacity` entries; a capacity below 1 raises
ValueError. put(key, value) stores or replaces an entry; if that makes one too
many, the least recently used entry is dropped and its key returned, otherwise
None. get(key, default=None) returns the value. Both put and a successful get make
the entry the most recently used. peek(key) returns the value without doing so and
raises KeyError for a missing key. keys() lists the keys, least recently used first.
"""

# %% meta
entry_points = ["RecentCache"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
class RecentCache:
    """Bounded mapping; a dict's insertion order is the order of use."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value):
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) <= self.capacity:
            return None
        oldest = next(iter(self.entries))
        del self.entries[oldest]
        return oldest

    def get(self, key, default=None):
        if key not in self.entries:
            return default
        value = self.entries.pop(key)
        self.entries[key] = value
        return value

    def peek(self, key):
        return self.entries[key]

    def keys(self):
        return list(self.entries)

# %% cases
def run(capacity, *calls):
    steps = [{"call": "RecentCache", "args": [capacity], "bind": "cache"}]
    for name, *args in calls:
        step = {"call": "cache." + name, "args": args}
        steps.append(step)
    return {"steps": steps}


def missing_peek(capacity, *calls):
    case = run(capacity, *calls)
    case["steps"][-1]["raises"] = "KeyError"
    return case


def visible():
    return [
        run(2, ("put", "a", 1), ("put", "b", 2), ("get", "a"), ("put", "c", 3), ("keys",)),
        {"call": "RecentCache", "args": [0], "raises": "ValueError"},
        missing_peek(1, ("put", "a", 1), ("peek", "b")),
    ]


def hidden(rng):
    cases = [
        run(1, ("keys",)),
        run(1, ("put", "a", 1), ("put", "b", 2), ("keys",), ("get", "a"), ("get", "b")),
        run(1, ("put", "a", 1), ("put", "a", 2), ("get", "a"), ("keys",)),
        run(2, ("put", "a", 1), ("put", "b", 2), ("put", "a", 3), ("put", "c", 4), ("keys",)),
        run(2, ("put", "a", 1), ("put", "b", 2), ("peek", "a"), ("put", "c", 3), ("keys",)),
        run(2, ("put", "a", 1), ("put", "b", 2), ("get", "z"), ("put", "c", 3), ("keys",)),
        run(2, ("get", "a"), ("get", "a", 5), ("keys",)),
        run(2, ("put", "a", 0), ("get", "a", 9), ("keys",)),
        run(2, ("put", "a", None), ("get", "a", 9), ("peek", "a"), ("keys",)),
        run(2, ("put", "a", 0), ("put", "b", 1), ("get", "a"), ("put", "c", 2), ("keys",)),
        run(3, ("put", 1, "x"), ("put", 2, "y"), ("put", 3, "z"), ("get", 1), ("keys",)),
        run(2, ("put", 1, "x"), ("put", 2, "y"), ("put", 3, "z"), ("put", 4, "w"), ("keys",)),
        run(2, ("put", "", 1), ("put", 0, 2), ("put", (), 3), ("keys",)),
        run(2, ("put", "a", 1), ("keys",), ("put", "b", 2), ("keys",), ("get", "b"), ("keys",)),
        missing_peek(1, ("peek", "a")),
        missing_peek(1, ("put", "a", 1), ("put", "b", 2), ("peek", "a")),
        {"call": "RecentCache", "args": [0], "raises": "ValueError"},
        {"call": "RecentCache", "args": [-3], "raises": "ValueError"},
        {
            "steps": [
                {"call": "RecentCache", "args": [1], "bind": "one"},
                {"call": "RecentCache", "args": [1], "bind": "two"},
                {"call": "one.put", "args": ["k", 1]},
                {"call": "two.put", "args": ["k", 2]},
                {"call": "one.get", "kwargs": {"key": "k"}},
                {"call": "two.get", "args": ["j"], "kwargs": {"default": 7}},
                {"call": "two.keys"},
            ]
        },
    ]
    for _ in range(3):
        calls = []
        for i in range(14):
            key = rng.choice("abcd")
            calls.append(("put", key, i) if rng.random() < 0.6 else ("get", key))
        cases.append(run(3, *calls, ("keys",)))
    return cases

# %% bug replacing_keeps_position category=logic
class RecentCache:
    """Bounded mapping; a dict's insertion order is the order of use."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value):
        self.entries[key] = value
        if len(self.entries) <= self.capacity:
            return None
        oldest = next(iter(self.entries))
        del self.entries[oldest]
        return oldest

    def get(self, key, default=None):
        if key not in self.entries:
            return default
        value = self.entries.pop(key)
        self.entries[key] = value
        return value

    def peek(self, key):
        return self.entries[key]

    def keys(self):
        return list(self.entries)

# %% bug falsy_value_missing category=logic
class RecentCache:
    """Bounded mapping; a dict's insertion order is the order of use."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value):
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) <= self.capacity:
            return None
        oldest = next(iter(self.entries))
        del self.entries[oldest]
        return oldest

    def get(self, key, default=None):
        value = self.entries.pop(key, None)
        if not value:
            return default
        self.entries[key] = value
        return value

    def peek(self, key):
        return self.entries[key]

    def keys(self):
        return list(self.entries)

# %% bug indexes_a_view category=type
class RecentCache:
    """Bounded mapping; a dict's insertion order is the order of use."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self.entries = {}

    def put(self, key, value):
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) <= self.capacity:
            return None
        oldest = self.entries.keys()[0]
        del self.entries[oldest]
        return oldest

    def get(self, key, default=None):
        if key not in self.entries:
            return default
        value = self.entries.pop(key)
        self.entries[key] = value
        return value

    def peek(self, key):
        return self.entries[key]

    def keys(self):
        return list(self.entries)
