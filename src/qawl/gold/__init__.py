"""Gold: what annotators agree on, and what a judge decides of the rest.

Offers the decided records and the judge's tasks.
May import what lies below: agreement, validation, annotations, articles, scheme, core.
"""
