"""The tables of a release: columns, rows, parquet files, tokens.

Offers the tables of a corpus and `align`, which makes token labels of spans.
May import what release may.
"""
