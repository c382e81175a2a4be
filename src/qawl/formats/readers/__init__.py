"""Readers of what other tools export: texts with the spans, arrows and attributes of their annotators.

Offers `read`, which knows a format by its content, and a module a format.
May import core and articles, nothing else of Qawl.
"""
