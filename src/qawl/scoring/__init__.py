"""Scoring: the predictions of a system against the gold of a release.

Offers `qawl score`, with the figures of agreement, so that a system is read beside people.
May import release, agreement and what lies below them.
"""
