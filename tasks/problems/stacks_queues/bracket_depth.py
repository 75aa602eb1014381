"""Give the deepest nesting level of the brackets in a piece of text.

The brackets are (), [] and {}; every other character is ignored. Text without
brackets has depth 0. If the brackets do not match (a closing one without its
opening one, the wrong kind, or one left open at the end), return -1.
"""

# %% meta
entry_points = ["bracket_depth"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def bracket_depth(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    deepest = 0
    for char in text:
        if char in "([{":
            stack.append(char)
            deepest = max(deepest, len(stack))
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return -1
    return deepest if not stack else -1

# %% cases
def visible():
    return [["a(b[c]d)e"], ["(]"], ["plain"]]


def hidden(rng):
    cases = [
        [""],
        ["()"],
        ["()[]{}"],
        ["(("],
        ["())"],
        [")"],
        ["]("],
        ["{[()]}"],
        ["{[(])}"],
        ["[[[]]] ([])"],
        ["()((()))()"],
        ["f(x[1], {'k': (2)}) + g[0]"],
        ["(a"],
        ["{}}{"],
        ["(" * 40 + ")" * 40],
        ["<((>))"],
        ["[x)"],
        ["{y]"],
    ]
    for _ in range(6):
        cases.append(["".join(rng.choice("()[]{} a") for _ in range(8))])
    return cases

# %% bug empty_stack_pop category=logic
def bracket_depth(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    deepest = 0
    for char in text:
        if char in "([{":
            stack.append(char)
            deepest = max(deepest, len(stack))
        elif char in pairs:
            if stack.pop() != pairs[char]:
                return -1
    return deepest if not stack else -1

# %% bug string_stack category=type
def bracket_depth(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = ""
    deepest = 0
    for char in text:
        if char in "([{":
            stack.append(char)
            deepest = max(deepest, len(stack))
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return -1
    return deepest if not stack else -1

# %% bug missing_colon category=syntax
def bracket_depth(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    deepest = 0
    for char in text:
        if char in "([{":
            stack.append(char)
            deepest = max(deepest, len(stack))
        elif char in pairs
            if not stack or stack.pop() != pairs[char]:
                return -1
    return deepest if not stack else -1
