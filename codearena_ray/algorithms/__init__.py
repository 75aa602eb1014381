"""GRPO over text policies as an RLlib Algorithm: rows in, token sums out, versioned weights on."""
