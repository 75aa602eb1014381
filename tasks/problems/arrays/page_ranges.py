"""Page ranges for the print dialog.

Turn a list of page numbers into the text that a print dialog expects: the pages
in ascending order, each once, with a comma and a space in between, and three or
more consecutive pages written as a range, so [3, 1, 2, 7, 8] becomes
"1-3, 7, 8". Two neighbouring pages stay separate. An empty list gives an empty
text; a page number below 1 raises ValueError. The list itself is not changed.
"""

# %% meta
entry_points = ["page_ranges"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def page_ranges(pages):
    """Return the pages as text such as "1-3, 7, 8"."""
    ordered = sorted(set(pages))
    if ordered and ordered[0] < 1:
        raise ValueError("page numbers start at 1")
    parts = []
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - start >= 2:
            parts.append(str(ordered[start]) + "-" + str(ordered[end]))
        else:
            for page in ordered[start:end + 1]:
                parts.append(str(page))
        start = end + 1
    return ", ".join(parts)

# %% cases
def visible():
    return [[[3, 1, 2, 7, 8]], [[5]], [[]]]

def hidden(rng):
    cases = [
        [[1]],
        [[1, 2]],
        [[2, 1]],
        [[1, 2, 3]],
        [[4, 4, 4]],
        [[4, 5, 4, 5]],
        [[1, 3, 5]],
        [[1, 2, 4, 5, 6]],
        [[9, 10, 11, 12]],
        [[1, 2, 3, 5, 6, 7]],
        [[1, 2, 3, 4, 6]],
        [[0]],
        [[1, 2, 0]],
        [[7, -3]],
        [[100, 9, 10]],
        [[99, 100, 101, 8, 9, 10]],
        [[2, 3, 3, 4]],
    ]
    for length in (6, 10, 18):
        cases.append([[rng.randrange(1, 25) for _ in range(length)]])
    return cases

# %% bug joins_numbers category=type
def page_ranges(pages):
    """Return the pages as text such as "1-3, 7, 8"."""
    ordered = sorted(set(pages))
    if ordered and ordered[0] < 1:
        raise ValueError("page numbers start at 1")
    parts = []
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - start >= 2:
            parts.append(str(ordered[start]) + "-" + str(ordered[end]))
        else:
            for page in ordered[start:end + 1]:
                parts.append(page)
        start = end + 1
    return ", ".join(parts)

# %% bug adds_number_to_text category=type
def page_ranges(pages):
    """Return the pages as text such as "1-3, 7, 8"."""
    ordered = sorted(set(pages))
    if ordered and ordered[0] < 1:
        raise ValueError("page numbers start at 1")
    parts = []
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - start >= 2:
            parts.append(ordered[start] + "-" + ordered[end])
        else:
            for page in ordered[start:end + 1]:
                parts.append(str(page))
        start = end + 1
    return ", ".join(parts)

# %% bug repeats_break_ranges category=logic
def page_ranges(pages):
    """Return the pages as text such as "1-3, 7, 8"."""
    ordered = sorted(pages)
    if ordered and ordered[0] < 1:
        raise ValueError("page numbers start at 1")
    parts = []
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - start >= 2:
            parts.append(str(ordered[start]) + "-" + str(ordered[end]))
        else:
            for page in ordered[start:end + 1]:
                parts.append(str(page))
        start = end + 1
    return ", ".join(parts)

# %% bug pairs_become_ranges category=logic
def page_ranges(pages):
    """Return the pages as text such as "1-3, 7, 8"."""
    ordered = sorted(set(pages))
    if ordered and ordered[0] < 1:
        raise ValueError("page numbers start at 1")
    parts = []
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - start >= 1:
            parts.append(str(ordered[start]) + "-" + str(ordered[end]))
        else:
            for page in ordered[start:end + 1]:
                parts.append(str(page))
        start = end + 1
    return ", ".join(parts)
