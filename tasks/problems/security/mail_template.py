"""Fill in the placeholders of a mail template that a customer wrote.

A placeholder is `{name}` with a name of lower-case ASCII letters and
underscores. It is replaced by `str` of the value of that name; a name that is
not among the values stays as it is, braces included. Nothing else in braces
has a meaning: attributes, indexes and format options are ordinary text. Values
are inserted as they are; a placeholder inside a value is not filled in again.
"""

# %% meta
entry_points = ["fill"]
categories = ["security", "type"]
comparator = "exact"
allowed_imports = ["re"]

# %% reference
import re


def fill(template, values):
    def value_of(match):
        name = match.group(1)
        return str(values[name]) if name in values else match.group(0)

    return re.sub(r"\{([a-z_]+)\}", value_of, template)

# %% cases
def visible():
    return [
        ["Dear {name},", {"name": "Ann"}],
        ["{a} and {b}", {"a": 1}],
        ["{name.upper}", {"name": "Ann"}],
    ]


def hidden(rng):
    values = {"user": "Ann", "items": [1, 2], "api_key": "k-17", "total": 12.5, "none": None, "_x": "under"}
    templates = [
        "", "no placeholder", "{user}{user}", "{total} for {user}", "{none}", "{_x}", "{items}",
        "{user.__class__}", "{user.__class__.__mro__}", "{items[0]}", "{items.__len__}", "{user!r}",
        "{user:>10}",
        "{total:.1f}", "{}", "{0}", "{{user}}", "{ user }", "{User}", "{user", "user}", "{unknown}",
        "{user2}",
        "{user}'s {unknown} {total}", "{user:{total}}", "{user\n}", "%(user)s $user", "\\1 {user} \\g<0>",
        "{user.__init__.__globals__[api_key]}", "{na\u00efve}",
    ]
    cases = [[template, values] for template in templates]
    cases += [
        ["Hi {name}", {"name": "{api_key}", "api_key": "k-17"}],
        ["Hi {name}", {"api_key": "k-17", "name": "{api_key}"}],
        ["Hi {name}", {"name": "\\1 {name}"}],
        ["{a}{b}", {"a": "{", "b": "b}"}],
        ["{a}b}", {"a": "{", "b": "x"}],
        ["{zero}|{empty}", {"zero": 0, "empty": ""}],
    ]
    cases.append([" ".join(rng.choice(["{user}", "{total}", "x"]) for _ in range(9)), values])
    return cases

# %% bug str_format category=security cwe=CWE-1336
class Known(dict):
    def __missing__(self, name):
        return "{" + name + "}"


def fill(template, values):
    try:
        return template.format_map(Known(values))
    except (ValueError, IndexError, AttributeError, TypeError):
        return template

# %% bug filled_in_twice category=security cwe=CWE-1336
def fill(template, values):
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template

# %% bug value_not_text category=type
import re


def fill(template, values):
    def value_of(match):
        name = match.group(1)
        return values[name] if name in values else match.group(0)

    return re.sub(r"\{([a-z_]+)\}", value_of, template)
