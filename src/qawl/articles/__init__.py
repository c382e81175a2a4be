"""Articles: read, cleaned, frozen, grouped, sampled, withdrawn.

Offers `qawl ingest` and the frozen articles by id.
May import core and scheme.
"""
