"""Plain text tables.

Lay out rows of cells as lines of text and return the list of lines. Every
column is as wide as its widest cell. Whole numbers are aligned to the right,
texts to the left, and None is shown as "-", aligned to the left. Two spaces
separate the columns, and lines have no spaces at their end. Rows may have
different lengths; a short row ends early. No rows give no lines.
"""

# %% meta
entry_points = ["align_columns"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def cell_text(cell):
    """Return what a table shows for a cell."""
    if cell is None:
        return "-"
    return str(cell)


def align_columns(rows):
    """Return the rows as lines of text with aligned columns."""
    widths = []
    for row in rows:
        for column, cell in enumerate(row):
            if column == len(widths):
                widths.append(0)
            widths[column] = max(widths[column], len(cell_text(cell)))
    lines = []
    for row in rows:
        parts = []
        for cell, width in zip(row, widths):
            if isinstance(cell, int):
                parts.append(cell_text(cell).rjust(width))
            else:
                parts.append(cell_text(cell).ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines

# %% cases
def visible():
    return [
        [[["name", "qty"], ["nut", 5], ["washer", 120]]],
        [[["a", None, 3], ["bb"]]],
        [[]],
    ]

def hidden(rng):
    cases = [
        [[[]]],
        [[[], ["a"], []]],
        [[[1], [22], [333]]],
        [[["x"], ["yyy"]]],
        [[["x", "y"], ["long cell", "z"]]],
        [[[None], ["abc"]]],
        [[["abc"], [None], [7]]],
        [[[-5, 10], [3, -200]]],
        [[["a", "", ""], ["b", "c", ""]]],
        [[["", "x"], ["", "yy"]]],
        [[["id", 1], ["id", 1, 2], ["id"]]],
        [[["12", 12], ["3", 3]]],
        [[["one"], [1, 2, 3], ["two", "three"]]],
        [[[0, 0], [10, 100]]],
        [[["  padded", 1], ["x", 12]]],
    ]
    for length in (4, 8):
        rows = []
        for _ in range(length):
            cells = [rng.choice([None, rng.randrange(-9, 2000), "w" * rng.randrange(7)]) for _ in range(4)]
            rows.append(cells[:rng.randrange(1, 5)])
        cases.append([rows])
    return cases

# %% bug length_of_number category=type
def cell_text(cell):
    """Return what a table shows for a cell."""
    if cell is None:
        return "-"
    return str(cell)


def align_columns(rows):
    """Return the rows as lines of text with aligned columns."""
    widths = []
    for row in rows:
        for column, cell in enumerate(row):
            if column == len(widths):
                widths.append(0)
            widths[column] = max(widths[column], len(cell))
    lines = []
    for row in rows:
        parts = []
        for cell, width in zip(row, widths):
            if isinstance(cell, int):
                parts.append(cell_text(cell).rjust(width))
            else:
                parts.append(cell_text(cell).ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines

# %% bug joins_raw_numbers category=type
def cell_text(cell):
    """Return what a table shows for a cell."""
    if cell is None:
        return "-"
    return str(cell)


def align_columns(rows):
    """Return the rows as lines of text with aligned columns."""
    widths = []
    for row in rows:
        for column, cell in enumerate(row):
            if column == len(widths):
                widths.append(0)
            widths[column] = max(widths[column], len(cell_text(cell)))
    lines = []
    for row in rows:
        parts = []
        for cell, width in zip(row, widths):
            if isinstance(cell, int):
                parts.append(cell)
            else:
                parts.append(cell_text(cell).ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines

# %% bug widths_of_last_row category=logic
def cell_text(cell):
    """Return what a table shows for a cell."""
    if cell is None:
        return "-"
    return str(cell)


def align_columns(rows):
    """Return the rows as lines of text with aligned columns."""
    widths = []
    for row in rows:
        for column, cell in enumerate(row):
            if column == len(widths):
                widths.append(0)
            widths[column] = len(cell_text(cell))
    lines = []
    for row in rows:
        parts = []
        for cell, width in zip(row, widths):
            if isinstance(cell, int):
                parts.append(cell_text(cell).rjust(width))
            else:
                parts.append(cell_text(cell).ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines

# %% bug zero_shown_as_missing category=logic
def cell_text(cell):
    """Return what a table shows for a cell."""
    if not cell:
        return "-"
    return str(cell)


def align_columns(rows):
    """Return the rows as lines of text with aligned columns."""
    widths = []
    for row in rows:
        for column, cell in enumerate(row):
            if column == len(widths):
                widths.append(0)
            widths[column] = max(widths[column], len(cell_text(cell)))
    lines = []
    for row in rows:
        parts = []
        for cell, width in zip(row, widths):
            if isinstance(cell, int):
                parts.append(cell_text(cell).rjust(width))
            else:
                parts.append(cell_text(cell).ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines
