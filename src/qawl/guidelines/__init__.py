"""Guidelines for annotators, made from the schemes and from the corpus's own gold.

Offers them as the instructions of each project in Label Studio, as a page, and in a release.
May import gold and what lies below it.
"""
