"""The rows of the table, one file a subject; `registry.py` knows them all."""
