"""Count the fewest refuelling stops of a car on its way to a destination.

The car starts with a full tank and drives `reach` kilometres on one. `stations`
lists the distances of petrol stations from the start, in any order; all lie on
the road. Stopping always fills the tank. Return -1 if the destination is out of
reach. Arriving with an empty tank is fine.
"""

# %% meta
entry_points = ["fuel_stops"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def fuel_stops(distance, reach, stations):
    stops = 0
    filled_at = 0
    last_passed = 0
    for place in sorted(stations) + [distance]:
        if place - filled_at > reach:
            filled_at = last_passed
            stops += 1
        if place - filled_at > reach:
            return -1
        last_passed = place
    return stops

# %% cases
def visible():
    return [[100, 40, [30, 60, 90]], [50, 50, []], [90, 40, [10, 70]]]


def hidden(rng):
    cases = [
        [0, 10, []],
        [10, 10, [5]],
        [11, 10, [5]],
        [11, 10, []],
        [20, 10, [10]],
        [21, 10, [10]],
        [30, 10, [20, 10]],
        [30, 10, [10, 11, 20]],
        [30, 10, [9, 20]],
        [100, 30, [25, 30, 55, 60, 85, 90]],
        [100, 30, [90, 85, 60, 55, 30, 25]],
        [100, 50, [10, 50, 50, 90]],
        [100, 60, [70, 80]],
        [100, 99, [0, 100]],
        [100, 50, [45, 95]],
        [40, 10, [10, 20, 31]],
        [200, 80, [60, 80, 120, 140, 150]],
    ]
    for _ in range(5):
        stations = [rng.randrange(1, 100) for _ in range(8)]
        cases.append([100, rng.randrange(18, 40), stations])
    return cases

# %% bug stops_everywhere category=logic
def fuel_stops(distance, reach, stations):
    stops = 0
    tank = reach
    here = 0
    for place in sorted(stations):
        if place - here > tank:
            return -1
        tank = reach
        here = place
        stops += 1
    if distance - here > tank:
        return -1
    return stops

# %% bug unsorted_stations category=logic
def fuel_stops(distance, reach, stations):
    stops = 0
    filled_at = 0
    last_passed = 0
    for place in stations + [distance]:
        if place - filled_at > reach:
            filled_at = last_passed
            stops += 1
        if place - filled_at > reach:
            return -1
        last_passed = place
    return stops

# %% bug adds_number_to_list category=type
def fuel_stops(distance, reach, stations):
    stops = 0
    filled_at = 0
    last_passed = 0
    for place in sorted(stations) + distance:
        if place - filled_at > reach:
            filled_at = last_passed
            stops += 1
        if place - filled_at > reach:
            return -1
        last_passed = place
    return stops

# %% bug c_style_increment category=syntax
def fuel_stops(distance, reach, stations):
    stops = 0
    filled_at = 0
    last_passed = 0
    for place in sorted(stations) + [distance]:
        if place - filled_at > reach:
            filled_at = last_passed
            stops++
        if place - filled_at > reach:
            return -1
        last_passed = place
    return stops
