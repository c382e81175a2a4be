"""Qawl turns news articles into a citable, versioned dataset of entities, quotes and claims."""

__version__ = "0.1.0"
