"""Files that nobody meant: mutated real ones, and ones made from a grammar (``python -m tests.fuzz --help``)."""
