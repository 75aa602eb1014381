"""Break a paragraph into lines of at most `width` characters.

Words are separated by any white space and joined by one space. Lines are
filled greedily: a word goes on the current line when it still fits, the space
in front of it counted. A word longer than the width is never cut; it stands
alone on its own line. Return the list of lines, empty for a blank text.
"""

# %% meta
entry_points = ["wrap"]
categories = ["logic", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def wrap(text, width):
    lines = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines

# %% cases
def visible():
    return [["the quick brown fox", 10], ["", 5], ["one two", 7]]


def hidden(rng):
    cases = [
        ["   \n\t ", 4],
        ["word", 4],
        ["word", 3],
        ["a b c d e", 1],
        ["a b c d e", 3],
        ["a b c d e", 4],
        ["aa bb cc", 5],
        ["aa bb cc", 6],
        ["tiny extraordinarily tiny", 6],
        ["many   spaces\nand\tlines", 12],
        ["one two three four five", 13],
        ["end exact", 9],
        ["end exact", 8],
        ["x", 0],
    ]
    for width in (8, 15, 30):
        words = ["m" * rng.randrange(1, 10) for _ in range(40)]
        cases.append([" ".join(words), width])
    return cases

# %% bug forgets_the_space category=logic
def wrap(text, width):
    lines = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines

# %% bug unclosed_call category=syntax
def wrap(text, width):
    lines = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
