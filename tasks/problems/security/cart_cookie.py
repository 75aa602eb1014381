"""Read a shopping cart from the text of a cookie.

The cookie is the base64 form of a JSON object that maps article names to
quantities, whole numbers from 1 to 99. Return that dict. Cookies come from
the browser and may have been tampered with: whatever is not exactly such a
cookie raises ValueError, and nothing in it is ever executed. An empty object
is an empty cart.
"""

# %% meta
entry_points = ["load_cart"]
categories = ["security", "type"]
comparator = "exact"
allowed_imports = ["base64", "json", "pickle"]

# %% reference
import base64
import json


def load_cart(cookie):
    """Return the dict of quantities in a cookie."""
    cart = json.loads(base64.b64decode(cookie, validate=True).decode())
    if not isinstance(cart, dict):
        raise ValueError("not a cart")
    for quantity in cart.values():
        if type(quantity) is not int or not 1 <= quantity <= 99:
            raise ValueError("bad quantity")
    return cart

# %% cases
import base64
import json
import pickle


def encoded(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def raw(data):
    return base64.b64encode(data).decode()


def refused(cookie):
    return {"args": [cookie], "raises": "ValueError", "expect_spawns": []}


def visible():
    return [[encoded({"tea": 2, "cup": 1})], [encoded({})], refused("not base64!")]


def hidden(rng):
    cases = [
        [encoded({"tea": 1})],
        [encoded({"tea": 99, "cup": 50})],
        [encoded({"": 3})],
        [encoded({"caf\u00e9 cr\u00e8me": 4})],
        [raw('{"\u00e9clair": 2}'.encode())],
        [raw(b'  {"tea" : 5}\n')],
        [encoded({"item%d" % i: rng.randrange(1, 100) for i in range(12)})],
        [encoded({"cos\nsystem": 7})],
    ]
    for value in (
        {"tea": 0}, {"tea": 100}, {"tea": -1}, {"tea": True}, {"tea": 1.0}, {"tea": "2"}, {"tea": None},
        {"tea": [1]}, {"a": 1, "b": 0}, [1, 2], [], "tea", 5, None,
    ):
        cases.append(refused(encoded(value)))
    for data in (b"", b"{", b'{"tea": NaN}', b"\xff\xfe", b'{"tea": 1} x', b"{'tea': 1}"):
        cases.append(refused(raw(data)))
    cases.append(refused(raw(pickle.dumps({"tea": 2}, protocol=2))))
    cases.append(refused(raw(pickle.dumps({"tea": 2}, protocol=0))))
    cases.append(refused(raw(pickle.dumps({}, protocol=4))))
    cases.append(refused(raw(b"cos\nsystem\n(S'touch owned'\ntR.")))
    cases.append(refused(raw(b"cbuiltins\ndict\n)R.")))
    cases.append(refused(encoded({"tea": 1}) + "*"))
    cases.append(refused(encoded({"tea": 1})[:-1]))
    cases.append(refused("*" + encoded({"tea": 1})))
    return cases

# %% bug old_cookies_unpickled category=security cwe=CWE-502
import base64
import json
import pickle


def load_cart(cookie):
    """Return the dict of quantities in a cookie."""
    data = base64.b64decode(cookie, validate=True)
    try:
        cart = json.loads(data.decode())
    except ValueError:
        try:
            cart = pickle.loads(data)
        except Exception:
            raise ValueError("not a cart") from None
    if not isinstance(cart, dict):
        raise ValueError("not a cart")
    for quantity in cart.values():
        if type(quantity) is not int or not 1 <= quantity <= 99:
            raise ValueError("bad quantity")
    return cart

# %% bug eval_instead_of_json category=security cwe=CWE-95
import base64


def load_cart(cookie):
    """Return the dict of quantities in a cookie."""
    data = base64.b64decode(cookie, validate=True)
    try:
        cart = eval(data.decode().strip())
    except Exception:
        raise ValueError("not a cart") from None
    if not isinstance(cart, dict):
        raise ValueError("not a cart")
    for quantity in cart.values():
        if type(quantity) is not int or not 1 <= quantity <= 99:
            raise ValueError("bad quantity")
    return cart

# %% bug quantities_not_checked category=security cwe=CWE-20
import base64
import json


def load_cart(cookie):
    """Return the dict of quantities in a cookie."""
    cart = json.loads(base64.b64decode(cookie, validate=True).decode())
    if not isinstance(cart, dict):
        raise ValueError("not a cart")
    for quantity in cart.values():
        if quantity < 1 or quantity > 99:
            raise ValueError("bad quantity")
    return cart
