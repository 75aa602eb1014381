"""What happened, kept: typed rows, segments that survive a crash, run directories. Needs pyarrow only."""
