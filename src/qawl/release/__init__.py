"""Releases: tables, documents, rights, versions; built whole or not at all.

Offers build, restore, verify and diff.
May import gold and what lies below it.
"""
