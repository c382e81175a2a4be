"""Versions: the manifest of a release, and what changed between two.

Offers verify and diff.
May import what release may.
"""
