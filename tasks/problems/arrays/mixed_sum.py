"""Sum of a spreadsheet column.

A column read from a spreadsheet holds whole numbers, but some cells arrive as
text: "12", " 7 ", "-3" or "" for an empty cell. Return the total as an int.
Blank text (nothing but spaces) counts as 0. Text that is no whole number, for
example "n/a", raises ValueError.
"""

# %% meta
entry_points = ["column_total"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def column_total(cells):
    total = 0
    for cell in cells:
        if isinstance(cell, str):
            cell = cell.strip()
            if cell == "":
                continue
            cell = int(cell)
        total += cell
    return total

# %% cases
def visible():
    return [[[1, "2", 3]], [["10", " 5 ", ""]], [[]]]

def hidden(rng):
    cases = [
        [["4"]],
        [[4]],
        [["-3", 3]],
        [["12", "30"]],
        [[100, "23"]],
        [["   ", 8]],
        [["", "", ""]],
        [[" 7", "7 ", "\t7\n"]],
        [["n/a", 1]],
        [[1, "2.5"]],
        [["0", 0, "00"]],
        [["+6", -6, "1"]],
        [[1, "", 1, " ", 1]],
        [["999999999999", 1]],
        [[5, "x"]],
    ]
    for _ in range(4):
        column = []
        for _ in range(rng.randrange(3, 15)):
            number = rng.randrange(-99, 100)
            column.append(rng.choice([number, str(number), " " + str(number)]))
        cases.append([column])
    return cases

# %% bug adds_text_to_number category=type
def column_total(cells):
    total = 0
    for cell in cells:
        if isinstance(cell, str):
            cell = cell.strip()
            if cell == "":
                continue
        total += cell
    return total

# %% bug joins_as_text category=type
def column_total(cells):
    total = ""
    for cell in cells:
        total = total + str(cell).strip()
    if total == "":
        return 0
    return int(total)

# %% bug stops_at_blank category=logic
def column_total(cells):
    total = 0
    for cell in cells:
        if isinstance(cell, str):
            cell = cell.strip()
            if cell == "":
                break
            cell = int(cell)
        total += cell
    return total
