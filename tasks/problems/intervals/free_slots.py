"""List the free times of a working day that are long enough for a meeting.

`busy` holds pairs (start, end) in minutes, in any order; they may overlap and may
reach beyond the day, which runs from `opens` to `closes`. Return the pairs (start,
end) of all gaps of at least `length` minutes, in order. `length` is positive.
"""

# %% meta
entry_points = ["free_slots"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def free_slots(busy, opens, closes, length):
    slots = []
    free_from = opens
    for start, end in sorted(busy):
        gap_end = min(start, closes)
        if gap_end - free_from >= length:
            slots.append((free_from, gap_end))
        free_from = max(free_from, end)
    if closes - free_from >= length:
        slots.append((free_from, closes))
    return slots

# %% cases
def visible():
    return [
        [[(600, 660), (720, 780)], 540, 1020, 60],
        [[], 540, 600, 30],
        [[(500, 1100)], 540, 1020, 15],
    ]


def hidden(rng):
    cases = [
        [[], 540, 600, 60],
        [[], 540, 600, 61],
        [[(570, 580)], 540, 600, 20],
        [[(570, 580)], 540, 600, 30],
        [[(570, 580)], 540, 600, 31],
        [[(540, 560)], 540, 600, 10],
        [[(580, 600)], 540, 600, 10],
        [[(500, 550)], 540, 600, 10],
        [[(590, 700)], 540, 600, 10],
        [[(100, 200)], 540, 600, 10],
        [[(700, 800)], 540, 600, 10],
        [[(700, 800), (900, 950)], 540, 600, 10],
        [[(550, 590), (560, 570)], 540, 600, 5],
        [[(560, 570), (550, 590)], 540, 600, 5],
        [[(550, 560), (560, 570)], 540, 600, 1],
        [[(580, 590), (545, 550)], 540, 600, 5],
        [[(0, 10), (20, 30)], 5, 25, 10],
        [[(3, 4), (6, 7), (9, 10)], 0, 12, 2],
        [[(10, 20)], 30, 30, 1],
    ]
    for n in (3, 4, 5):
        busy = []
        for _ in range(n):
            start = rng.randrange(0, 90)
            busy.append((start, start + rng.randrange(1, 20)))
        cases.append([busy, 10, 80, 5])
    return cases

# %% bug end_not_tracked category=logic
def free_slots(busy, opens, closes, length):
    slots = []
    free_from = opens
    for start, end in sorted(busy):
        gap_end = min(start, closes)
        if gap_end - free_from >= length:
            slots.append((free_from, gap_end))
        free_from = end
    if closes - free_from >= length:
        slots.append((free_from, closes))
    return slots

# %% bug append_two_values category=type
def free_slots(busy, opens, closes, length):
    slots = []
    free_from = opens
    for start, end in sorted(busy):
        gap_end = min(start, closes)
        if gap_end - free_from >= length:
            slots.append(free_from, gap_end)
        free_from = max(free_from, end)
    if closes - free_from >= length:
        slots.append(free_from, closes)
    return slots

# %% bug arrow_operator category=syntax
def free_slots(busy, opens, closes, length):
    slots = []
    free_from = opens
    for start, end in sorted(busy):
        gap_end = min(start, closes)
        if gap_end - free_from => length:
            slots.append((free_from, gap_end))
        free_from = max(free_from, end)
    if closes - free_from => length:
        slots.append((free_from, closes))
    return slots
