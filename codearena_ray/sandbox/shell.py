"""Which commands a shell would run for a string: words after quotes, one argument vector per command.

Approximate towards more commands: both sides of `&&` and `||` count, substitutions count as commands of
their own and stand in the word that holds them as they were written. Variables and globs are not expanded.
Bounded: what exceeds the limits ends the splitting, and the rest counts as one command.
"""

from __future__ import annotations

MAX_CHARS = 16_384
MAX_COMMANDS = 64
_MAX_DEPTH = 8
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})
_SEPARATORS = ";&|\n()"
_WORDS_BEFORE = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "fi", "done"}
)

Argv = tuple[str, ...]


def commands_of(parts: list[str], *, shell: bool) -> list[Argv]:
    """Return the argument vectors that starting `parts` would run, in order of appearance.

    Args:
        parts: An argument vector, or one shell string.
        shell: Whether a shell reads the string. `sh -c STRING` as a vector is read the same way.
    """
    if shell:
        return split(parts[0] if parts else "")
    if len(parts) > 2 and parts[0].rsplit("/", 1)[-1] in _SHELLS:
        for position, part in enumerate(parts[1:-1], start=1):
            if part.startswith("-") and not part.startswith("--") and "c" in part:
                return split(parts[position + 1])
    return [tuple(parts)]


def split(text: str, *, depth: int = 0) -> list[Argv]:
    """Return the commands of a shell string."""
    if len(text) > MAX_CHARS or depth > _MAX_DEPTH:
        return [(text[:MAX_CHARS],)]
    return _Splitter(text, depth).run()


class _Splitter:
    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.at = 0
        self.commands: list[Argv] = []
        self.words: list[str] = []
        self.word = ""
        self.open = False
        """Whether a word has begun, if only with an empty quote."""
        self.skip_word = False
        """Whether the next word is the target of a redirection."""

    def run(self) -> list[Argv]:
        while self.at < len(self.text) and len(self.commands) < MAX_COMMANDS:
            self.step(self.text[self.at])
        self.end_command()
        if self.at < len(self.text):
            self.commands.append((self.text[self.at :],))
        return self.commands

    def step(self, char: str) -> None:
        self.at += 1
        if char == "\\":
            self.add(self.text[self.at : self.at + 1].replace("\n", ""))
            self.at += 1
        elif char == "'":
            self.add(self.until("'"))
        elif char == '"':
            self.double()
        elif char == "`":
            self.substitute(self.until("`"), "`{}`")
        elif char == "$" and self.text[self.at : self.at + 1] == "(":
            self.at += 1
            self.substitute(self.balanced(), "$({})")
        elif char in "<>":
            self.redirect(char)
        elif char in _SEPARATORS:
            self.end_command()
        elif char in " \t":
            self.end_word()
        elif char == "#" and not self.open:
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        else:
            self.add(char)

    def add(self, text: str) -> None:
        self.open = True
        self.word += text

    def until(self, quote: str) -> str:
        end = self.text.find(quote, self.at)
        end = len(self.text) if end < 0 else end
        inside = self.text[self.at : end]
        self.at = end + 1
        return inside

    def balanced(self) -> str:
        """Return the text up to the bracket that closes the one just read."""
        start, depth = self.at, 1
        while self.at < len(self.text) and depth:
            depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
            self.at += 1
        return self.text[start : self.at - (0 if depth else 1)]

    def double(self) -> None:
        self.open = True
        while self.at < len(self.text) and self.text[self.at] != '"':
            char = self.text[self.at]
            following = self.text[self.at + 1 : self.at + 2]
            self.at += 1
            if char == "\\" and following in {'"', "\\", "$", "`"}:
                self.add(following)
                self.at += 1
            elif char == "`":
                self.substitute(self.until("`"), "`{}`")
            elif char == "$" and following == "(":
                self.at += 1
                self.substitute(self.balanced(), "$({})")
            else:
                self.add(char)
        self.at += 1

    def substitute(self, inside: str, form: str) -> None:
        self.add(form.format(inside))
        self.commands += split(inside, depth=self.depth + 1)

    def redirect(self, char: str) -> None:
        """Leave a redirection and its target out; a process substitution is a command."""
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            self.substitute(self.balanced(), char + "({})")
            return
        if self.word.isdigit():
            self.word, self.open = "", False
        self.end_word()
        while self.text[self.at : self.at + 1] in {"<", ">", "&"}:
            self.at += 1
        self.skip_word = True

    def end_word(self) -> None:
        if self.open and not self.skip_word and not (not self.words and self.is_prefix()):
            self.words.append(self.word)
        if self.open:
            self.skip_word = False
        self.word, self.open = "", False

    def is_prefix(self) -> bool:
        """Return whether the word before a command is an assignment or a keyword."""
        name, equals, _ = self.word.partition("=")
        return bool(equals and name.isidentifier()) or self.word in _WORDS_BEFORE

    def end_command(self) -> None:
        self.end_word()
        if self.words:
            self.commands.append(tuple(self.words))
        self.words, self.skip_word = [], False
