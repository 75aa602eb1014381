"""Play back edits of a playlist and return its final order.

The playlist starts as tracks 0 .. size-1. Each edit is a pair (track, after):
take `track` out and put it directly behind `after`, or at the very front if
`after` is -1. An edit that names a track outside the playlist, or that moves a
track behind itself, raises ValueError. An edit must take constant time.
"""

# %% meta
entry_points = ["playlist_order"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def playlist_order(size, edits):
    # Slot `size` is a sentinel between the last track and the first.
    following = list(range(1, size + 1)) + [0]
    preceding = [size] + list(range(size))

    for track, after in edits:
        if not 0 <= track < size or not -1 <= after < size:
            raise ValueError("no such track")
        if track == after:
            raise ValueError("a track cannot follow itself")
        anchor = size if after == -1 else after

        left, right = preceding[track], following[track]
        following[left] = right
        preceding[right] = left

        right = following[anchor]
        following[anchor] = track
        preceding[track] = anchor
        following[track] = right
        preceding[right] = track

    order = []
    track = following[size]
    while track != size:
        order.append(track)
        track = following[track]
    return order

# %% cases
def visible():
    return [
        [4, [(3, 0)]],
        [3, [(2, -1), (0, 1)]],
        {"call": "playlist_order", "args": [2, [(1, 1)]], "raises": "ValueError"},
    ]


def hidden(rng):
    def bad(size, edits):
        return {"call": "playlist_order", "args": [size, edits], "raises": "ValueError"}

    cases = [
        [0, []],
        [1, []],
        [1, [(0, -1)]],
        [5, []],
        [2, [(0, 1)]],
        [2, [(1, 0)]],
        [3, [(0, -1)]],
        [3, [(0, 2)]],
        [4, [(1, 0)]],
        [4, [(0, 3), (1, 3), (2, 3)]],
        [4, [(3, -1), (2, -1), (1, -1), (0, -1)]],
        [5, [(2, 4), (2, 0), (2, -1), (4, 2)]],
        bad(3, [(3, 0)]),
        bad(3, [(-1, 0)]),
        bad(3, [(0, 3)]),
        bad(3, [(0, -2)]),
        bad(3, [(0, 1), (0, 0)]),
        bad(0, [(0, -1)]),
    ]
    for _ in range(5):
        n = rng.randrange(3, 8)
        edits = []
        for _ in range(10):
            track, after = rng.randrange(n), rng.randrange(-1, n)
            if track != after:
                edits.append((track, after))
        cases.append([n, edits])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]


def scaling(n, rng, adverse):
    edits = []
    while len(edits) < n:
        low = n // 2 if adverse else 0
        track, after = rng.randrange(low, n), rng.randrange(low, n)
        if track != after:
            edits.append((track, after))
    return [n, edits]

# %% bug plain_list_moves category=algorithm
def playlist_order(size, edits):
    order = list(range(size))
    for track, after in edits:
        if not 0 <= track < size or not -1 <= after < size:
            raise ValueError("no such track")
        if track == after:
            raise ValueError("a track cannot follow itself")
        order.remove(track)
        if after == -1:
            order.insert(0, track)
        else:
            order.insert(order.index(after) + 1, track)
    return order

# %% bug stale_neighbour category=logic
def playlist_order(size, edits):
    following = list(range(1, size + 1)) + [0]
    preceding = [size] + list(range(size))

    for track, after in edits:
        if not 0 <= track < size or not -1 <= after < size:
            raise ValueError("no such track")
        if track == after:
            raise ValueError("a track cannot follow itself")
        anchor = size if after == -1 else after

        left, right = preceding[track], following[track]
        following[left] = right
        preceding[right] = left

        right = following[anchor]
        following[anchor] = track
        preceding[track] = anchor
        following[track] = right

    order = []
    track = following[size]
    while track != size:
        order.append(track)
        track = following[track]
    return order

# %% bug index_before_removal category=logic
def playlist_order(size, edits):
    order = list(range(size))
    for track, after in edits:
        if not 0 <= track < size or not -1 <= after < size:
            raise ValueError("no such track")
        if track == after:
            raise ValueError("a track cannot follow itself")
        target = 0 if after == -1 else order.index(after) + 1
        order.remove(track)
        order.insert(target, track)
    return order
