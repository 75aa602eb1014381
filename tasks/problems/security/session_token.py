"""Issue a signed session token for a user.

The token is the user name, a colon and the first 24 hex digits of the
HMAC-SHA256 of the name. The key is the value of the environment variable
`SESSION_SECRET`, read at each call so that it can be rotated. A key of fewer
than 16 characters is no secret: then, and when the variable is missing, raise
RuntimeError rather than sign with anything else. A user name that is empty or
contains a colon raises ValueError.
"""

# %% meta
entry_points = ["session_token"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = ["hashlib", "hmac", "os"]

# %% reference
import hashlib
import hmac
import os


def session_token(user):
    if not user or ":" in user:
        raise ValueError("bad user name")
    secret = os.environ.get("SESSION_SECRET", "")
    if len(secret) < 16:
        raise RuntimeError("SESSION_SECRET is missing or too short")
    mac = hmac.new(secret.encode(), user.encode(), hashlib.sha256)
    return user + ":" + mac.hexdigest()[:24]

# %% cases
FIRST = "winter-grass-01-kettle"


def visible():
    return [
        {"args": ["ann"], "env": {"SESSION_SECRET": FIRST}},
        {"args": ["ann"], "env": {"SESSION_SECRET": "another-long-secret-2"}},
        {"args": ["ann"], "env": {}, "raises": "RuntimeError"},
    ]


def hidden(rng):
    cases = []
    for user in ("bob", "J\u00f6rg", "a b", "x" * 80):
        cases.append({"args": [user], "env": {"SESSION_SECRET": FIRST}})
    for secret in ("0123456789abcdef", "g\u00e4rten-und-wege-9", FIRST + "x"):
        cases.append({"args": ["bob"], "env": {"SESSION_SECRET": secret}})
    for _ in range(3):
        secret = "".join(rng.choice("abcdefgh") for _ in range(20))
        cases.append({"args": ["eve"], "env": {"SESSION_SECRET": secret}})
    cases += [
        {"args": ["bob"], "raises": "RuntimeError"},
        {"args": ["bob"], "env": {"SESSION_SECRET": ""}, "raises": "RuntimeError"},
        {"args": ["bob"], "env": {"SESSION_SECRET": "0123456789abcde"}, "raises": "RuntimeError"},
        {"args": ["bob"], "env": {"SECRET": FIRST}, "raises": "RuntimeError"},
        {"args": [""], "env": {"SESSION_SECRET": FIRST}, "raises": "ValueError"},
        {"args": ["bob:admin"], "env": {"SESSION_SECRET": FIRST}, "raises": "ValueError"},
    ]
    return cases

# %% bug secret_in_the_source category=security cwe=CWE-798
import hashlib
import hmac

SECRET = "winter-grass-01-kettle"


def session_token(user):
    if not user or ":" in user:
        raise ValueError("bad user name")
    mac = hmac.new(SECRET.encode(), user.encode(), hashlib.sha256)
    return user + ":" + mac.hexdigest()[:24]

# %% bug default_secret category=security cwe=CWE-798
import hashlib
import hmac
import os


def session_token(user):
    if not user or ":" in user:
        raise ValueError("bad user name")
    secret = os.environ.get("SESSION_SECRET") or "change-me-in-production"
    if len(secret) < 16:
        raise RuntimeError("SESSION_SECRET is missing or too short")
    mac = hmac.new(secret.encode(), user.encode(), hashlib.sha256)
    return user + ":" + mac.hexdigest()[:24]
