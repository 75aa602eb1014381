"""Smallest truck.

Parcels are loaded in the given order. A truck makes at most `trips` trips, and
on each trip it carries some consecutive parcels whose weights add up to its
capacity or less. Return the smallest whole capacity with which all parcels are
delivered. Without parcels it is 0. Fewer than one trip, or a negative weight,
raises ValueError. Weights go up to the millions: search the capacity by halving.
"""

# %% meta
entry_points = ["smallest_capacity"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def trips_needed(weights, capacity):
    """Return how many trips a truck of the given capacity makes."""
    trips = 1
    load = 0
    for weight in weights:
        if load + weight > capacity:
            trips += 1
            load = 0
        load += weight
    return trips


def smallest_capacity(weights, trips):
    """Return the smallest capacity that needs at most the given trips."""
    if trips < 1:
        raise ValueError("at least one trip is needed")
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    low = max(weights, default=0)
    high = sum(weights)
    while low < high:
        middle = (low + high) // 2
        if trips_needed(weights, middle) <= trips:
            high = middle
        else:
            low = middle + 1
    return low

# %% cases
def visible():
    return [[[1, 2, 3, 4, 5], 2], [[7, 7, 7], 3], [[], 1]]

def hidden(rng):
    cases = [
        [[], 0],
        [[], 3],
        [[5], 1],
        [[5], 4],
        [[5], 0],
        [[5, 5], -1],
        [[0, 0], 1],
        [[3, -1], 2],
        [[0, 0, 3], 2],
        [[1, 2, 3, 4], 1],
        [[1, 2, 3, 4], 4],
        [[1, 2, 3, 4], 9],
        [[10, 1, 1, 1], 2],
        [[1, 1, 1, 10], 2],
        [[3, 2, 2, 4, 1, 4], 3],
        [[2, 2, 2, 2], 2],
        [[5, 1, 5, 1, 5], 2],
        [[1, 9, 1, 9, 1], 3],
        [[1000, 1, 1000], 2],
    ]
    for length, trips in ((8, 3), (12, 4), (20, 6), (9, 1)):
        cases.append([[rng.randrange(1, 60) for _ in range(length)], trips])
    return cases

# %% scaling
sizes = [200, 400, 800, 1600]
def scaling(n, rng, adverse):
    if adverse:
        return [[10**6] * n, 2]
    return [[rng.randrange(1, 10**6) for _ in range(n)], n // 10]

# %% bug tries_every_capacity category=algorithm
def trips_needed(weights, capacity):
    """Return how many trips a truck of the given capacity makes."""
    trips = 1
    load = 0
    for weight in weights:
        if load + weight > capacity:
            trips += 1
            load = 0
        load += weight
    return trips


def smallest_capacity(weights, trips):
    """Return the smallest capacity that needs at most the given trips."""
    if trips < 1:
        raise ValueError("at least one trip is needed")
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    low = max(weights, default=0)
    while trips_needed(weights, low) > trips:
        low += 1
    return low

# %% bug starts_below_heaviest category=logic
def trips_needed(weights, capacity):
    """Return how many trips a truck of the given capacity makes."""
    trips = 1
    load = 0
    for weight in weights:
        if load + weight > capacity:
            trips += 1
            load = 0
        load += weight
    return trips


def smallest_capacity(weights, trips):
    """Return the smallest capacity that needs at most the given trips."""
    if trips < 1:
        raise ValueError("at least one trip is needed")
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    low = 0
    high = sum(weights)
    while low < high:
        middle = (low + high) // 2
        if trips_needed(weights, middle) <= trips:
            high = middle
        else:
            low = middle + 1
    return low

# %% bug full_truck_counts_as_overloaded category=logic
def trips_needed(weights, capacity):
    """Return how many trips a truck of the given capacity makes."""
    trips = 1
    load = 0
    for weight in weights:
        if load + weight >= capacity:
            trips += 1
            load = 0
        load += weight
    return trips


def smallest_capacity(weights, trips):
    """Return the smallest capacity that needs at most the given trips."""
    if trips < 1:
        raise ValueError("at least one trip is needed")
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    low = max(weights, default=0)
    high = sum(weights)
    while low < high:
        middle = (low + high) // 2
        if trips_needed(weights, middle) <= trips:
            high = middle
        else:
            low = middle + 1
    return low
