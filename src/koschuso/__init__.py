"""koschuso: the coordination office for school social work as a library."""

__version__ = "0.1.0"
