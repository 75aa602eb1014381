"""Split one line of a delimited file into its fields.

The separator is a single character, a comma unless told otherwise. A field
that begins with a double quote is quoted: separators inside it are ordinary
text, two double quotes in a row mean one, and a single one ends the quoting.
Text between the closing quote and the next separator is appended as it is. A
double quote anywhere but at the start of a field is an ordinary character.
Spaces are kept. The empty line has one empty field. A quoted field that is
never closed raises ValueError.
"""

# %% meta
entry_points = ["split_fields"]
categories = ["logic", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def split_fields(line, separator=","):
    """Return the fields of one line, quotes resolved."""
    fields = []
    current = []
    quoted = False
    i = 0
    while i < len(line):
        ch = line[i]
        if quoted:
            if ch == '"' and line[i + 1 : i + 2] == '"':
                current.append('"')
                i += 1
            elif ch == '"':
                quoted = False
            else:
                current.append(ch)
        elif ch == '"' and not current:
            quoted = True
        elif ch == separator:
            fields.append("".join(current))
            current = []
        else:
            current.append(ch)
        i += 1
    if quoted:
        raise ValueError("the quoted field is never closed")
    fields.append("".join(current))
    return fields

# %% cases
def visible():
    return [
        ["red,green,blue"],
        ['1,"Smith, J.",ok'],
        ['"say ""hi""",x'],
    ]


def hidden(rng):
    cases = [
        [""],
        [","],
        [",,a,"],
        ['""'],
        ['"",""'],
        ['""""'],
        ['"a"b,c'],
        ['a"b",c'],
        ['a"b,c"d'],
        ['x,"multi,comma,field",y'],
        ["a;b,c;d", ";"],
        ['"a;b";c', ";"],
        [" a , b "],
        [' "a,b"'],
        ['"a""b""c","""edge"""'],
        ['"line\nbreak",z'],
        {"args": ['"open'], "raises": "ValueError"},
        {"args": ['a,"b""'], "raises": "ValueError"},
        {"args": ['"'], "raises": "ValueError"},
    ]
    for _ in range(4):
        fields = []
        for _ in range(6):
            raw = "".join(rng.choice('ab,"') for _ in range(rng.randrange(5)))
            fields.append('"' + raw.replace('"', '""') + '"')
        cases.append([",".join(fields)])
    return cases

# %% bug doubled_quote_kept category=logic
def split_fields(line, separator=","):
    """Return the fields of one line, quotes resolved."""
    fields = []
    current = []
    quoted = False
    for ch in line:
        if ch == '"':
            quoted = not quoted
        elif ch == separator and not quoted:
            fields.append("".join(current))
            current = []
        else:
            current.append(ch)
    if quoted:
        raise ValueError("the quoted field is never closed")
    fields.append("".join(current))
    return fields

# %% bug last_field_lost category=logic
def split_fields(line, separator=","):
    """Return the fields of one line, quotes resolved."""
    fields = []
    current = []
    quoted = False
    i = 0
    while i < len(line):
        ch = line[i]
        if quoted:
            if ch == '"' and line[i + 1 : i + 2] == '"':
                current.append('"')
                i += 1
            elif ch == '"':
                quoted = False
            else:
                current.append(ch)
        elif ch == '"' and not current:
            quoted = True
        elif ch == separator:
            fields.append("".join(current))
            current = []
        else:
            current.append(ch)
        i += 1
    if quoted:
        raise ValueError("the quoted field is never closed")
    if current:
        fields.append("".join(current))
    return fields
