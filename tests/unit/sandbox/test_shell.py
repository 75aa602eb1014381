import pytest

from codearena_ray.sandbox.shell import MAX_CHARS, MAX_COMMANDS, commands_of, split


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("ping -c 1 host", [("ping", "-c", "1", "host")]),
        ("ping host; rm -rf /", [("ping", "host"), ("rm", "-rf", "/")]),
        ("ping 'host; rm'", [("ping", "host; rm")]),
        ('ping "a b" c\\ d', [("ping", "a b", "c d")]),
        ("a && b || c | d & e", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a\nb", [("a",), ("b",)]),
        ("ping $(whoami)", [("whoami",), ("ping", "$(whoami)")]),
        ('ping "`id`"', [("id",), ("ping", "`id`")]),
        ("ping '$(id)'", [("ping", "$(id)")]),
        ("(a; b)", [("a",), ("b",)]),
        ("X=1 cmd > out 2>&1 < in", [("cmd",)]),
        ("cmd a>out b", [("cmd", "a", "b")]),
        ("cat <(id)", [("id",), ("cat", "<(id)")]),
        ("echo a # comment; rm", [("echo", "a")]),
        ("echo a#b", [("echo", "a#b")]),
        ("echo ''", [("echo", "")]),
        ("if true; then rm x; fi", [("true",), ("rm", "x")]),
        ("$(echo $(id))", [("id",), ("echo", "$(id)"), ("$(echo $(id))",)]),
        ("", []),
        ("'unclosed; rm", [("unclosed; rm",)]),
    ],
)
def test_a_string_is_split_as_a_shell_would(text: str, commands: list[tuple[str, ...]]) -> None:
    assert split(text) == commands


def test_a_vector_is_one_command_unless_it_is_a_shell() -> None:
    assert commands_of(["ping", "a; b"], shell=False) == [("ping", "a; b")]
    assert commands_of(["/bin/sh", "-c", "a; b"], shell=False) == [("a",), ("b",)]
    assert commands_of(["bash", "-ec", "a; b"], shell=False) == [("a",), ("b",)]
    assert commands_of(["bash", "script"], shell=False) == [("bash", "script")]


def test_splitting_is_bounded() -> None:
    assert len(split("a;" * 5000)) <= MAX_COMMANDS + 1
    assert len(split("$(" * 5000)) < 100
    assert split("x" * (MAX_CHARS + 1)) == [("x" * MAX_CHARS,)]
