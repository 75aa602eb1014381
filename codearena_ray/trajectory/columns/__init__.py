"""The columns of a row, by concern; `trajectory.schema` puts them together."""
