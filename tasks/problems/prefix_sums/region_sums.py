"""Sums over parts of a map.

`RegionSums(rows)` takes a rectangular map of numbers (equally long rows). Its
method `total(top, left, bottom, right)` returns the sum of the cells from row
`top` up to, but not including, row `bottom`, and from column `left` up to, but
not including, column `right`. Bounds outside of the map are moved to its edge,
and a region without cells sums to 0. Rows of different length raise ValueError.
Preparing takes one pass; a query looks at four numbers only. The function
`region_totals(rows, regions)` returns the totals of several regions, each given
as (top, left, bottom, right), as a list.
"""

# %% meta
entry_points = ["region_totals", "RegionSums"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
class RegionSums:
    """Answers sums over rectangles of a fixed map."""

    def __init__(self, rows):
        self.height = len(rows)
        self.width = len(rows[0]) if rows else 0
        self._sums = [[0] * (self.width + 1)]
        for row in rows:
            if len(row) != self.width:
                raise ValueError("rows differ in length")
            above = self._sums[-1]
            line = [0]
            in_row = 0
            for column, cell in enumerate(row, 1):
                in_row += cell
                line.append(above[column] + in_row)
            self._sums.append(line)

    def total(self, top, left, bottom, right):
        """Return the sum of the cells in the half-open rectangle."""
        top = max(top, 0)
        left = max(left, 0)
        bottom = min(bottom, self.height)
        right = min(right, self.width)
        if top >= bottom or left >= right:
            return 0
        sums = self._sums
        return (sums[bottom][right] - sums[top][right]
                - sums[bottom][left] + sums[top][left])


def region_totals(rows, regions):
    """Return the totals of several regions of the same map."""
    sums = RegionSums(rows)
    return [sums.total(*region) for region in regions]

# %% cases
MAP = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]

def visible():
    return [
        [MAP, [(0, 0, 2, 2), (1, 1, 4, 3)]],
        [[[5]], [(0, 0, 1, 1), (0, 0, 0, 0)]],
        {"steps": [
            {"call": "RegionSums", "args": [[[1, 2], [3, 4]]], "bind": "m"},
            {"call": "m.total", "args": [0, 1, 2, 2]},
        ]},
    ]

def hidden(rng):
    cases = [
        [[], [(0, 0, 3, 3)]],
        [[[]], [(0, 0, 1, 1)]],
        [MAP, []],
        [MAP, [(0, 0, 4, 3)]],
        [MAP, [(-5, -5, 100, 100)]],
        [MAP, [(1, 1, 2, 2), (2, 0, 3, 3), (0, 2, 4, 3)]],
        [MAP, [(3, 2, 4, 3), (3, 0, 9, 1), (-2, 1, 1, 2)]],
        [MAP, [(2, 1, 1, 3), (0, 3, 4, 1), (2, 2, 2, 3), (0, 1, 4, 1)]],
        [MAP, [(1, 3, 4, 9), (4, 0, 6, 2), (-3, 0, 0, 3), (0, -4, 4, 0)]],
        [[[1, 2], [3]], [(0, 0, 1, 1)]],
        [[[1], [2, 3]], []],
        [[[-1, 2], [3, -4]], [(0, 0, 2, 2), (0, 0, 1, 2), (1, 0, 2, 2)]],
        [[[0, 0, 0, 7]], [(0, 3, 1, 4), (0, 0, 1, 3)]],
        {"steps": [
            {"call": "RegionSums", "args": [MAP], "bind": "m"},
            {"call": "m.total", "args": [0, 0, 1, 1]},
            {"call": "m.total", "args": [1, 0, 3, 2]},
            {"call": "m.total", "args": [1, 0, 3, 2]},
            {"call": "m.total", "args": [5, 5, 6, 6]},
        ]},
    ]
    for height, width in ((3, 5), (6, 4), (7, 7)):
        rows = [[rng.randrange(-9, 10) for _ in range(width)] for _ in range(height)]
        regions = []
        for _ in range(8):
            top, bottom = rng.randrange(-1, height + 1), rng.randrange(height + 2)
            left, right = rng.randrange(-1, width + 1), rng.randrange(width + 2)
            regions.append((top, left, bottom, right))
        cases.append([rows, regions])
    return cases

# %% scaling
sizes = [20, 40, 60, 90]
def scaling(n, rng, adverse):
    rows = [[rng.randrange(10) for _ in range(n)] for _ in range(n)]
    if adverse:
        return [rows, [(0, 0, n, n)] * (20 * n)]
    edge = max(n // 4, 1)
    return [rows, [(rng.randrange(edge), rng.randrange(edge), n - rng.randrange(edge), n) for _ in range(20 * n)]]

# %% bug adds_up_the_cells category=algorithm
class RegionSums:
    """Answers sums over rectangles of a fixed map."""

    def __init__(self, rows):
        self.height = len(rows)
        self.width = len(rows[0]) if rows else 0
        for row in rows:
            if len(row) != self.width:
                raise ValueError("rows differ in length")
        self._rows = rows

    def total(self, top, left, bottom, right):
        """Return the sum of the cells in the half-open rectangle."""
        result = 0
        for row in range(max(top, 0), min(bottom, self.height)):
            for column in range(max(left, 0), min(right, self.width)):
                result += self._rows[row][column]
        return result


def region_totals(rows, regions):
    """Return the totals of several regions of the same map."""
    sums = RegionSums(rows)
    return [sums.total(*region) for region in regions]

# %% bug corner_not_added_back category=logic
class RegionSums:
    """Answers sums over rectangles of a fixed map."""

    def __init__(self, rows):
        self.height = len(rows)
        self.width = len(rows[0]) if rows else 0
        self._sums = [[0] * (self.width + 1)]
        for row in rows:
            if len(row) != self.width:
                raise ValueError("rows differ in length")
            above = self._sums[-1]
            line = [0]
            in_row = 0
            for column, cell in enumerate(row, 1):
                in_row += cell
                line.append(above[column] + in_row)
            self._sums.append(line)

    def total(self, top, left, bottom, right):
        """Return the sum of the cells in the half-open rectangle."""
        top = max(top, 0)
        left = max(left, 0)
        bottom = min(bottom, self.height)
        right = min(right, self.width)
        if top >= bottom or left >= right:
            return 0
        sums = self._sums
        return (sums[bottom][right] - sums[top][right]
                - sums[bottom][left])


def region_totals(rows, regions):
    """Return the totals of several regions of the same map."""
    sums = RegionSums(rows)
    return [sums.total(*region) for region in regions]

# %% bug no_clamping_of_end category=logic
class RegionSums:
    """Answers sums over rectangles of a fixed map."""

    def __init__(self, rows):
        self.height = len(rows)
        self.width = len(rows[0]) if rows else 0
        self._sums = [[0] * (self.width + 1)]
        for row in rows:
            if len(row) != self.width:
                raise ValueError("rows differ in length")
            above = self._sums[-1]
            line = [0]
            in_row = 0
            for column, cell in enumerate(row, 1):
                in_row += cell
                line.append(above[column] + in_row)
            self._sums.append(line)

    def total(self, top, left, bottom, right):
        """Return the sum of the cells in the half-open rectangle."""
        top = max(top, 0)
        left = max(left, 0)
        bottom = min(bottom, self.height - 1)
        right = min(right, self.width)
        if top >= bottom or left >= right:
            return 0
        sums = self._sums
        return (sums[bottom][right] - sums[top][right]
                - sums[bottom][left] + sums[top][left])


def region_totals(rows, regions):
    """Return the totals of several regions of the same map."""
    sums = RegionSums(rows)
    return [sums.total(*region) for region in regions]
