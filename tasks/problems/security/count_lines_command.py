"""Count the lines of a file with the `wc` program.

Run `wc -l -- PATH` and return the first number that it prints, as an int. The
path is chosen by users: it must reach `wc` unchanged, as one argument,
whatever characters it contains, and no other program may be started. When wc
ends with a status other than 0, raise OSError. An empty path raises
ValueError without starting anything.
"""

# %% meta
entry_points = ["count_lines"]
categories = ["security", "type"]
comparator = "exact"
allowed_imports = ["subprocess"]

# %% reference
import subprocess


def count_lines(path):
    if not path:
        raise ValueError("the path is empty")
    command = ["wc", "-l", "--", path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError("wc failed")
    return int(done.stdout.split()[0])

# %% cases
def counted(path, number):
    return {
        "args": [path],
        "processes": [{"argv": ["wc"], "stdout": "%d %s\n" % (number, path)}],
        "expect_spawns": [["wc", "-l", "--", path]],
    }


def visible():
    return [counted("notes.txt", 12), counted("my notes.txt", 3)]


def hidden(rng):
    paths = [
        "log/app.log", "two  spaces.txt", "report; touch owned", "a && reboot", "a | tee copy", "$(id)",
        "`id`",
        "$HOME/x", "it's.txt", 'say "hi".txt', "x\ntouch owned", "-rf", "--files0-from=list",
        "a' ; id ; '", "*",
        "a > b", "back\\slash", "# not a comment", "caf\u00e9.txt",
    ]
    cases = [counted(path, rng.randrange(1000)) for path in paths]
    cases.append(counted("empty.txt", 0))
    failing = {"argv": ["wc"], "stdout": "", "exit_code": 1}
    failed = {"args": ["missing.txt"], "processes": [failing], "raises": "OSError"}
    cases.append({**failed, "expect_spawns": [["wc", "-l", "--", "missing.txt"]]})
    partial = {"argv": ["wc"], "stdout": "5 total\n", "exit_code": 2}
    cases.append({**failed, "processes": [partial]})
    cases.append({"args": [""], "raises": "ValueError", "expect_spawns": []})
    return cases

# %% bug shell_string category=security cwe=CWE-78
import subprocess


def count_lines(path):
    if not path:
        raise ValueError("the path is empty")
    command = "wc -l -- " + path
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError("wc failed")
    return int(done.stdout.split()[0])

# %% bug quotes_by_hand category=security cwe=CWE-78
import subprocess


def count_lines(path):
    if not path:
        raise ValueError("the path is empty")
    command = "wc -l -- '" + path + "'"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError("wc failed")
    return int(done.stdout.split()[0])

# %% bug path_split_into_options category=security cwe=CWE-88
import subprocess


def count_lines(path):
    if not path:
        raise ValueError("the path is empty")
    command = "wc -l -- " + path
    done = subprocess.run(command.split(), capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError("wc failed")
    return int(done.stdout.split()[0])
