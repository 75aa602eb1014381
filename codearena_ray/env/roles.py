"""Who plays in a scenario and who acts after whom; a scenario is a small class and a line in `SCENARIOS`."""

from __future__ import annotations

from typing import Protocol

from codearena_ray.errors import ConfigError
from codearena_ray.types import AgentId

FIXER = "fixer"
REVIEWER = "reviewer"
BREAKER = "breaker"


def role_of(agent_id: AgentId) -> str:
    """Return the role of an agent: `fixer` for `fixer_0`, `reviewer` for `reviewer`."""
    return agent_id.partition("_")[0]


class Scenario(Protocol):
    """Order of play. It knows no scores: who is paid for what is the arena's rule for a role."""

    name: str
    agents: tuple[AgentId, ...]
    """Every agent that may act."""

    def opening(self) -> AgentId:
        """Return who acts first."""
        ...

    def following(self, agent_id: AgentId) -> AgentId:
        """Return who acts after this agent, if the episode goes on."""
        ...


class Solo:
    """One fixer answers until the end."""

    name = "solo"
    agents: tuple[AgentId, ...] = ("fixer_0",)

    def opening(self) -> AgentId:
        """Return the fixer."""
        return "fixer_0"

    def following(self, agent_id: AgentId) -> AgentId:
        """Return the fixer."""
        return agent_id


class Team:
    """The fixer drafts, the reviewer reviews the draft, the fixer revises; the revision is the next draft."""

    name = "team"
    agents: tuple[AgentId, ...] = ("fixer_0", "reviewer")

    def opening(self) -> AgentId:
        """Return the fixer, who writes the draft."""
        return "fixer_0"

    def following(self, agent_id: AgentId) -> AgentId:
        """Return the reviewer after the fixer, the fixer after the reviewer."""
        return "reviewer" if agent_id == "fixer_0" else "fixer_0"


SCENARIOS: dict[str, Scenario] = {"solo": Solo(), "team": Team()}


def find_scenario(name: str) -> Scenario:
    """Return the scenario of this name.

    Raises:
        ConfigError: there is none; the message lists the names.
    """
    if name not in SCENARIOS:
        raise ConfigError(f"env.scenario: {name!r} is none of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
