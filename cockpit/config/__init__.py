"""lanes.yaml: one schema, a strict reader, problems as data, trust by hash."""
