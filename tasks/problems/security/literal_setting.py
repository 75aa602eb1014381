"""Turn the text of a setting into the Python value that it spells.

Accepted are literals: numbers, strings, True, False, None, and lists, tuples,
dicts and sets of them. White space around the text does not count. The text
comes from users, so nothing in it may ever be run: names, calls, operators
between values (save in a complex number like 1+2j) and every other expression
raise ValueError, as does text that is no Python at all.
"""

# %% meta
entry_points = ["parse_setting"]
categories = ["security"]
comparator = "exact"
allowed_imports = ["ast"]

# %% reference
import ast


def parse_setting(text):
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError):
        raise ValueError("not a plain value") from None

# %% cases
def visible():
    return [["42"], [" [1, 2.5, 'three'] "], {"args": ["size"], "raises": "ValueError"}]


def hidden(rng):
    good = [
        "-7", "'text'", "True", "None", "()", "(1,)", "{'a': [1, 2], 'b': {'c': None}}", "1e3", "\n  3\t",
        "'__import__(1)'", "\"eval('2')\"", "[[], {}, ()]", "b'raw'", "0x10",
    ]
    good.append(repr([rng.randrange(-50, 50) for _ in range(6)]))
    good.append(repr({str(i): rng.random() < 0.5 for i in range(4)}))
    bad = [
        "", "   ", "[1, 2", "1 2", "a.b", "len('abc')", "2 * 21", "2 ** 10", "'a' + 'b'",
        "[n for n in (1, 2)]",
        "(lambda: 5)()", "().__class__.__base__.__subclasses__()[0].__name__", "[].__len__()",
        "1 if 1 else 2",
        "not 1", "3 > 2", "f'{1 + 1}'", "'%s' % 1", "open", "[1, 2][0]", "{[]: 1}", "x = 1",
    ]
    cases = [[text] for text in good]
    cases += [{"args": [text], "raises": "ValueError"} for text in bad]
    attack = "__import__('os').system('id')"
    cases.append({"args": [attack], "raises": "ValueError", "expect_spawns": []})
    return cases

# %% bug eval_text category=security cwe=CWE-95
def parse_setting(text):
    try:
        return eval(text.strip())
    except Exception:
        raise ValueError("not a plain value") from None

# %% bug eval_without_builtins category=security cwe=CWE-95
def parse_setting(text):
    if "__import__" in text or "os" in text:
        raise ValueError("not a plain value")
    try:
        return eval(text.strip(), {"__builtins__": {}}, {})
    except Exception:
        raise ValueError("not a plain value") from None
