"""How far annotators agree: coefficients with intervals, and where they disagree.

Offers the report of `qawl agreement` and the disagreements that gold starts from.
May import core, scheme, articles and annotations.
"""
