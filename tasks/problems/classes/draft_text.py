"""A text under edit that can undo and redo its changes.

Draft(text="") starts with that text. insert(position, piece) puts a piece before
that position, delete(start, end) removes text[start:end] and returns it; positions
outside 0 .. len(text), or start > end, raise IndexError and change nothing. An
insert of nothing or a delete of nothing is not a change. undo() and redo() step
through the changes and return True, or False if there is nothing to step to. A
new change forgets everything that could be redone. show() returns the text, and
len() of a draft is the length of the text.
"""

# %% meta
entry_points = ["Draft"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
class Draft:
    def __init__(self, text=""):
        self._text = text
        self._done = []
        self._undone = []

    def __len__(self):
        return len(self._text)

    def show(self):
        return self._text

    def insert(self, position, piece):
        self._replace(position, position, piece)

    def delete(self, start, end):
        return self._replace(start, end, "")

    def undo(self):
        if not self._done:
            return False
        self._undone.append(self._text)
        self._text = self._done.pop()
        return True

    def redo(self):
        if not self._undone:
            return False
        self._done.append(self._text)
        self._text = self._undone.pop()
        return True

    def _replace(self, start, end, piece):
        if not 0 <= start <= end <= len(self._text):
            raise IndexError("position outside the text")
        removed = self._text[start:end]
        if removed or piece:
            self._done.append(self._text)
            self._undone.clear()
            self._text = self._text[:start] + piece + self._text[end:]
        return removed

# %% cases
def run(text, *calls, bad=()):
    steps = [{"call": "Draft", "args": [text], "bind": "d"}]
    for i, (name, *args) in enumerate(calls):
        step = {"call": "d." + name, "args": args}
        if i in bad:
            step["raises"] = "IndexError"
        steps.append(step)
    steps.append({"call": "d.show"})
    return {"steps": steps}


def visible():
    return [
        run("cat", ("insert", 3, "s"), ("undo",), ("redo",)),
        run("house", ("delete", 0, 2), ("show",), ("undo",), ("undo",)),
        run("ab", ("insert", 3, "x"), bad=(0,)),
    ]


def hidden(rng):
    two = [("insert", 1, "b"), ("insert", 2, "c")]
    cases = [
        {"steps": [{"call": "Draft", "bind": "d"}, {"call": "d.show"}, {"call": "d.__len__"}]},
        run("", ("undo",), ("redo",)),
        run("", ("insert", 0, "hi"), ("__len__",), ("undo",), ("__len__",)),
        run("abc", ("insert", 0, "x"), ("insert", 2, "y"), ("insert", 5, "z")),
        run("abcdef", ("delete", 2, 4), ("delete", 0, 1), ("delete", 2, 3)),
        run("abc", ("delete", 0, 3), ("undo",)),
        run("abc", ("delete", 1, 1), ("undo",)),
        run("abc", ("delete", 3, 3), ("undo",)),
        run("abc", ("insert", 1, ""), ("undo",)),
        run("abc", ("insert", 3, "d"), ("undo",), ("insert", 0, ""), ("redo",)),
        run("abc", ("insert", 3, "d"), ("undo",), ("insert", 0, "z"), ("redo",)),
        run("abc", ("insert", 3, "d"), ("undo",), ("delete", 0, 1), ("redo",), ("undo",)),
        run("a", *two, ("undo",), ("undo",), ("undo",), ("redo",)),
        run("a", *two, ("undo",), ("undo",), ("redo",), ("redo",), ("redo",)),
        run("a", ("insert", 1, "b"), ("undo",), ("redo",), ("undo",), ("redo",), ("undo",)),
        run("abc", ("delete", 2, 1), bad=(0,)),
        run("abc", ("delete", 0, 4), ("undo",), bad=(0,)),
        run("abc", ("delete", -1, 2), bad=(0,)),
        run("abc", ("insert", -1, "x"), bad=(0,)),
        run("abc", ("insert", 4, "x"), bad=(0,)),
        run("abc", ("insert", 3, "d"), ("undo",), ("insert", 9, "x"), ("redo",), bad=(2,)),
        run("abc", ("insert", 4, ""), bad=(0,)),
        {
            "steps": [
                {"call": "Draft", "args": ["one"], "bind": "a"},
                {"call": "Draft", "args": ["two"], "bind": "b"},
                {"call": "a.insert", "args": [0, "x"]},
                {"call": "b.undo"},
                {"call": "b.show"},
                {"call": "a.undo"},
            ]
        },
    ]
    for _ in range(2):
        calls = []
        for _ in range(16):
            name = rng.choice(["insert", "insert", "delete", "undo", "undo", "redo"])
            if name == "insert":
                calls.append((name, rng.randrange(4), rng.choice("pqrs")))
            elif name == "delete":
                calls.append((name, 1, 2))
            else:
                calls.append((name,))
        cases.append(run("longtextsothatallfits", *calls))
    return cases

# %% bug redo_survives_change category=logic
class Draft:
    def __init__(self, text=""):
        self._text = text
        self._done = []
        self._undone = []

    def __len__(self):
        return len(self._text)

    def show(self):
        return self._text

    def insert(self, position, piece):
        self._replace(position, position, piece)

    def delete(self, start, end):
        return self._replace(start, end, "")

    def undo(self):
        if not self._done:
            return False
        self._undone.append(self._text)
        self._text = self._done.pop()
        return True

    def redo(self):
        if not self._undone:
            return False
        self._done.append(self._text)
        self._text = self._undone.pop()
        return True

    def _replace(self, start, end, piece):
        if not 0 <= start <= end <= len(self._text):
            raise IndexError("position outside the text")
        removed = self._text[start:end]
        if removed or piece:
            self._done.append(self._text)
            self._text = self._text[:start] + piece + self._text[end:]
        return removed

# %% bug text_assigned_like_list category=type
class Draft:
    def __init__(self, text=""):
        self._text = text
        self._done = []
        self._undone = []

    def __len__(self):
        return len(self._text)

    def show(self):
        return self._text

    def insert(self, position, piece):
        self._replace(position, position, piece)

    def delete(self, start, end):
        return self._replace(start, end, "")

    def undo(self):
        if not self._done:
            return False
        self._undone.append(self._text)
        self._text = self._done.pop()
        return True

    def redo(self):
        if not self._undone:
            return False
        self._done.append(self._text)
        self._text = self._undone.pop()
        return True

    def _replace(self, start, end, piece):
        if not 0 <= start <= end <= len(self._text):
            raise IndexError("position outside the text")
        removed = self._text[start:end]
        if removed or piece:
            self._done.append(self._text)
            self._undone.clear()
            self._text[start:end] = piece
        return removed

# %% bug history_shared category=logic
class Draft:
    _done = []
    _undone = []

    def __init__(self, text=""):
        self._text = text

    def __len__(self):
        return len(self._text)

    def show(self):
        return self._text

    def insert(self, position, piece):
        self._replace(position, position, piece)

    def delete(self, start, end):
        return self._replace(start, end, "")

    def undo(self):
        if not self._done:
            return False
        self._undone.append(self._text)
        self._text = self._done.pop()
        return True

    def redo(self):
        if not self._undone:
            return False
        self._done.append(self._text)
        self._text = self._undone.pop()
        return True

    def _replace(self, start, end, piece):
        if not 0 <= start <= end <= len(self._text):
            raise IndexError("position outside the text")
        removed = self._text[start:end]
        if removed or piece:
            self._done.append(self._text)
            self._undone.clear()
            self._text = self._text[:start] + piece + self._text[end:]
        return removed
