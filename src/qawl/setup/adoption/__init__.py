"""Adoption: what a team has annotated elsewhere becomes a corpus, with a report of N in and N out.

Offers `adopt`, the work of `qawl adopt`.
May import every package but cli.
"""
