"""Evidence about a program and the score that follows; the supervisor runs no candidate or pack code."""
