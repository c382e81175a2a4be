"""Suggestions: spans, relations and values that annotators keep, change or delete.

Offers `qawl suggest` and its measure against gold.
May import gold and what lies below it.
"""
