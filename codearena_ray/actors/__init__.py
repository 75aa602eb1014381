"""Ray actors and the plain classes inside them. Importing this package imports neither Ray nor vLLM."""
