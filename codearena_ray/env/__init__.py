"""The rules of an episode, without input or output: arena, roles, prompts, parsing, curriculum, memory."""
