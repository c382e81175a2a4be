"""Findings: every record checked in five levels.

Offers `qawl validate` as a stream of findings, and the page of them.
May import core, scheme, articles, annotations and agreement.
"""
