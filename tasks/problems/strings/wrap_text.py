"""Greedy word wrap.

Break a text into lines of at most `width` characters and return the list of
lines. Words are separated by any white space; within a line they are joined by
one space, and each line takes as many words as fit. A word longer than `width`
is cut into pieces of exactly `width` characters (the last piece may be
shorter), starting on a line of its own; following words may join the last
piece. A text without words gives no lines. A width below 1 raises ValueError.
"""

# %% meta
entry_points = ["wrap"]
categories = ["logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def wrap(text, width):
    """Split text into lines that are no longer than width."""
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    current = ""
    for word in text.split():
        if current and len(current) + 1 + len(word) <= width:
            current += " " + word
            continue
        if current:
            lines.append(current)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        current = word
    if current:
        lines.append(current)
    return lines

# %% cases
def visible():
    return [["the quick brown fox", 10], ["", 5], ["abcdefgh ij", 3]]

def hidden(rng):
    cases = [
        ["one", 3],
        ["one", 4],
        ["one", 2],
        ["one two", 7],
        ["one two", 6],
        ["one two", 8],
        ["a b c d", 1],
        ["a b c d", 3],
        ["   spaced \t out\nwords  ", 8],
        ["abcdef", 3],
        ["abcdefg", 3],
        ["x abcdefg yz", 3],
        ["abcdefg h ij", 4],
        ["abcdefghi", 1],
        ["word", 0],
        ["word", -4],
        ["", 0],
        ["  \n ", 4],
        ["aa bb cc dd ee", 5],
    ]
    for width in (7, 12, 20):
        words = ["w" * rng.randrange(1, 11) for _ in range(25)]
        cases.append([" ".join(words), width])
    return cases

# %% bug forgets_the_space category=logic
def wrap(text, width):
    """Split text into lines that are no longer than width."""
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    current = ""
    for word in text.split():
        if current and len(current) + len(word) <= width:
            current += " " + word
            continue
        if current:
            lines.append(current)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        current = word
    if current:
        lines.append(current)
    return lines

# %% bug last_line_dropped category=logic
def wrap(text, width):
    """Split text into lines that are no longer than width."""
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    current = ""
    for word in text.split():
        if current and len(current) + 1 + len(word) <= width:
            current += " " + word
            continue
        if current:
            lines.append(current)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        current = word
    return lines

# %% bug exact_fit_rejected category=logic
def wrap(text, width):
    """Split text into lines that are no longer than width."""
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    current = ""
    for word in text.split():
        if current and len(current) + 1 + len(word) < width:
            current += " " + word
            continue
        if current:
            lines.append(current)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        current = word
    if current:
        lines.append(current)
    return lines
