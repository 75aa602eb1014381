"""Simulate a keypad in front of a door and return its state afterwards.

`code` is the right code, a non-empty string of digits; `keys` is what people
press. Digits collect in a buffer. `#` submits the buffer: the right code
opens the door and forgets earlier failures, anything else (nothing, too)
counts as a failure. The buffer is empty after that. `*` empties it without a
failure and shuts an open door. The third failure in a row blocks the pad:
from then on every key is ignored. Digits typed at an open door collect as
usual; a failure at an open door shuts it. The states are `shut`, `open` and
`blocked`; the pad starts shut.
"""

# %% meta
entry_points = ["keypad"]
categories = ["logic", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def keypad(code, keys):
    state = "shut"
    typed = ""
    failures = 0
    for key in keys:
        if key == "*":
            typed = ""
            state = "shut"
        elif key != "#":
            typed += key
        elif typed == code:
            state = "open"
            typed = ""
            failures = 0
        else:
            state = "shut"
            typed = ""
            failures += 1
            if failures == 3:
                return "blocked"
    return state

# %% cases
def visible():
    return [["1234", "1234#"], ["1234", "12#34#"], ["7", "1#2#3#7#"]]


def hidden(rng):
    cases = [
        ["1", ""],
        ["12", "12"],
        ["12", "12#*"],
        ["12", "9*12#"],
        ["12", "912#"],
        ["12", "#12#"],
        ["12", "##12#"],
        ["12", "###12#"],
        ["12", "###"],
        ["12", "1#2#12#3#4#"],
        ["12", "1#2#12#3#4#5#"],
        ["12", "1#2#*3#"],
        ["12", "12#3#"],
        ["12", "12#3"],
        ["12", "12#12#"],
        ["12", "12##"],
        ["12", "3#12#3#12#"],
        ["12", "***12*"],
        ["12", "1#*12#"],
        ["00", "0#00#"],
        ["12", "3#3#312#"],
    ]
    for _ in range(5):
        cases.append(["5", "".join(rng.choice("55#*6") for _ in range(12))])
    return cases

# %% bug failures_never_forgotten category=logic
def keypad(code, keys):
    state = "shut"
    typed = ""
    failures = 0
    for key in keys:
        if key == "*":
            typed = ""
            state = "shut"
        elif key != "#":
            typed += key
        elif typed == code:
            state = "open"
            typed = ""
        else:
            state = "shut"
            typed = ""
            failures += 1
            if failures == 3:
                return "blocked"
    return state

# %% bug accepts_suffix category=logic
def keypad(code, keys):
    state = "shut"
    typed = ""
    failures = 0
    for key in keys:
        if key == "*":
            typed = ""
            state = "shut"
        elif key != "#":
            typed += key
        elif typed.endswith(code):
            state = "open"
            typed = ""
            failures = 0
        else:
            state = "shut"
            typed = ""
            failures += 1
            if failures == 3:
                return "blocked"
    return state
