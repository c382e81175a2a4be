"""Annotations: the journal of what Label Studio sent, and the records derived from it.

Offers reading and writing Label Studio's JSON, tasks, the journal and its records.
May import core, scheme and articles.
"""
