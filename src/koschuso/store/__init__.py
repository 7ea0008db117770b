"""Keeping records: the store for users, the contract for drivers, and the two drivers of the core."""
