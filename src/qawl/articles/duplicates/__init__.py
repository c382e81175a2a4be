"""Near-duplicates: articles that share most of their text, in groups that only grow.

Offers the groups of a corpus, on one machine or on a Ray cluster.
May import core and articles.
"""
