"""Observation and action spaces: texts over all of Unicode that cost nothing to build, compare or pickle.

`gymnasium.spaces.Text` keeps its alphabet as a set, a tuple, a dict and a string: for all of Unicode about a
quarter of a second and megabytes of pickle per space. `UnicodeText` is a `Text` whose alphabet is arithmetic.
Members are code points without surrogates, which no encoding can carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, overload

import numpy as np
from gymnasium import spaces

from codearena_ray.config import EnvConfig
from codearena_ray.env.exchange import observation_limits
from codearena_ray.types import Observation

_FIRST_SURROGATE = 0xD800
_NUM_SURROGATES = 0x800
_NUM_CHARACTERS = 0x110000 - _NUM_SURROGATES


class UnicodeAlphabet(Sequence[str]):
    """Every character that can be encoded, in order of code points; all instances are equal."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """Return the character at an index, or those of a slice."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(_NUM_CHARACTERS)))
        position = index + _NUM_CHARACTERS if index < 0 else int(index)
        if not 0 <= position < _NUM_CHARACTERS:
            raise IndexError(index)
        return chr(position if position < _FIRST_SURROGATE else position + _NUM_SURROGATES)

    def __len__(self) -> int:
        return _NUM_CHARACTERS

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(_NUM_CHARACTERS))

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and len(value) == 1 and not "\ud800" <= value <= "\udfff"

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:  # noqa: ARG002 - Sequence's
        """Return the index of a character."""
        if value not in self:
            raise ValueError(f"{value!r} is not a character that can be encoded")
        point = ord(value)
        return point if point < _FIRST_SURROGATE else point - _NUM_SURROGATES

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeAlphabet)

    def __hash__(self) -> int:
        return hash(UnicodeAlphabet)

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return UnicodeAlphabet, ()

    def __repr__(self) -> str:
        return "UnicodeAlphabet()"


ALPHABET = UnicodeAlphabet()


@lru_cache(maxsize=1)
def _all_characters() -> str:
    return "".join(ALPHABET)


class UnicodeText(spaces.Text):
    r"""Texts of bounded length over all of Unicode.

    Example:
        >>> space = UnicodeText(10)
        >>> "naïve ≠ 🐍" in space, "\ud800" in space
        (True, False)
    """

    def __init__(
        self, max_length: int, *, min_length: int = 0, seed: int | np.random.Generator | None = None
    ) -> None:
        """Make the space of texts of `min_length` to `max_length` characters."""
        super().__init__(max_length, min_length=min_length, charset="", seed=seed)

    def contains(self, x: Any) -> bool:
        """Return whether x is a text of this length that can be encoded."""
        if not isinstance(x, str) or not self.min_length <= len(x) <= self.max_length:
            return False
        try:
            x.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Return a random text; `mask` and `probability` as in `gymnasium.spaces.Text`."""
        if mask is not None or probability is not None:
            return str(super().sample(mask=mask, probability=probability))
        length = int(self.np_random.integers(self.min_length, self.max_length + 1))
        points = self.np_random.integers(_NUM_CHARACTERS, size=length)
        points[points >= _FIRST_SURROGATE] += _NUM_SURROGATES
        return "".join(map(chr, points.tolist()))

    @property
    def character_set(self) -> Any:
        """Everything that can be encoded."""
        return ALPHABET

    @property
    def character_list(self) -> Any:
        """The same, by index."""
        return ALPHABET

    def character_index(self, char: str) -> np.int32:
        """Return the index of a character."""
        return np.int32(ALPHABET.index(char))

    @property
    def characters(self) -> str:
        """All characters as one string, built when first asked for."""
        return _all_characters()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, UnicodeText)
            and self.min_length == other.min_length
            and self.max_length == other.max_length
        )

    def __hash__(self) -> int:
        return hash((UnicodeText, self.min_length, self.max_length))

    def __repr__(self) -> str:
        return f"UnicodeText({self.max_length}, min_length={self.min_length})"


def observation_space(config: EnvConfig) -> spaces.Dict:
    """Return the space of what an agent sees; keys as in `Observation`."""
    texts: dict[str, spaces.Space[Any]] = {
        name: UnicodeText(limit) for name, limit in observation_limits(config).items()
    }
    steps_left = spaces.Discrete(config.max_steps + 1)
    best_score = spaces.Box(0.0, 1.0, shape=(1,), dtype=np.float32)
    return spaces.Dict({**texts, "steps_left": steps_left, "best_score": best_score})


def action_space(config: EnvConfig) -> UnicodeText:
    """Return the space of answers: as long as `parse_answer` reads."""
    return UnicodeText(4 * config.max_code_chars)


def observation_values(observation: Observation) -> dict[str, Any]:
    """Return an observation as a member of its space."""
    return {
        "statement": encodable(observation.statement),
        "code": encodable(observation.code),
        "error_log": encodable(observation.error_log),
        "test_results": encodable(observation.test_results),
        "feedback": encodable(observation.feedback),
        "agent_view": encodable(observation.agent_view),
        "steps_left": np.int64(observation.steps_left),
        "best_score": np.array([observation.best_score], dtype=np.float32),
    }


def encodable(text: str) -> str:
    """Return the text with surrogates, which a program's output may hold, replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
