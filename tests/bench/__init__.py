"""Benchmarks: every figure is a ratio against a stated peer, measured in the same run."""
