"""Remove the comments from a piece of C-like source text.

`//` starts a comment that ends before the next newline (the newline stays).
`/*` starts one that ends after the next `*/`; it is replaced by one space and
does not nest. Inside a string in double quotes nothing starts a comment, and
a backslash there takes the next character with it. A string ends at the next
newline at the latest. A block comment or a string still open at the end of
the text simply ends there.
"""

# %% meta
entry_points = ["strip_comments"]
categories = ["logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def strip_comments(source):
    kept = []
    state = "code"
    position = 0
    while position < len(source):
        char = source[position]
        pair = source[position : position + 2]
        position += 1
        if state == "code":
            if pair == "//":
                state = "line"
            elif pair == "/*":
                kept.append(" ")
                state = "block"
                position += 1
            else:
                kept.append(char)
                if char == '"':
                    state = "string"
        elif state == "string":
            kept.append(char)
            if char == "\\" and position < len(source):
                kept.append(source[position])
                position += 1
            elif char in '"\n':
                state = "code"
        elif state == "line" and char == "\n":
            kept.append(char)
            state = "code"
        elif state == "block" and pair == "*/":
            state = "code"
            position += 1
    return "".join(kept)

# %% cases
def visible():
    return [
        ["int a; // counter\nint b;"],
        ["x = 1 /* one */ + 2;"],
        ['puts("// not a comment");'],
    ]


def hidden(rng):
    cases = [
        [""],
        ["//"],
        ["a//b"],
        ["a///b\nc"],
        ["a/*b*/c/*d*/e"],
        ["a/*b\nc*/d"],
        ["/*/ still inside */x"],
        ["/**/x"],
        ["/***/x"],
        ["a /* open"],
        ["a /* open *"],
        ["a / b * c"],
        ["a /"],
        ['"a\\"//b" // c'],
        ['"a\\\\" // c'],
        ['"/* x */" /* y */'],
        ['"open // text\nx // y'],
        ['"tail\\'],
        ['/* " */ x // "\n"q"'],
        ["/* // */ a\n// /* b\nc */"],
        ["// one\n// two\nend"],
        ['a = "";// b'],
        ["a // b */ c\nd"],
        ["// back\\\nslash"],
    ]
    for _ in range(8):
        cases.append(["".join(rng.choice('/*/*"\\\nab') for _ in range(40))])
    return cases

# %% bug quote_after_backslash category=logic
def strip_comments(source):
    kept = []
    state = "code"
    position = 0
    while position < len(source):
        char = source[position]
        pair = source[position : position + 2]
        position += 1
        if state == "code":
            if pair == "//":
                state = "line"
            elif pair == "/*":
                kept.append(" ")
                state = "block"
                position += 1
            else:
                kept.append(char)
                if char == '"':
                    state = "string"
        elif state == "string":
            kept.append(char)
            if char in '"\n' and source[position - 2] != "\\":
                state = "code"
        elif state == "line" and char == "\n":
            kept.append(char)
            state = "code"
        elif state == "block" and pair == "*/":
            state = "code"
            position += 1
    return "".join(kept)

# %% bug opener_closes_itself category=logic
def strip_comments(source):
    kept = []
    state = "code"
    position = 0
    while position < len(source):
        char = source[position]
        pair = source[position : position + 2]
        position += 1
        if state == "code":
            if pair == "//":
                state = "line"
            elif pair == "/*":
                kept.append(" ")
                state = "block"
            else:
                kept.append(char)
                if char == '"':
                    state = "string"
        elif state == "string":
            kept.append(char)
            if char == "\\" and position < len(source):
                kept.append(source[position])
                position += 1
            elif char in '"\n':
                state = "code"
        elif state == "line" and char == "\n":
            kept.append(char)
            state = "code"
        elif state == "block" and pair == "*/":
            state = "code"
            position += 1
    return "".join(kept)
