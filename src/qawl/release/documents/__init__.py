"""The documents beside the tables: card, changelog, citation, Croissant.

Offers the text of each, made from the numbers and from qawl.yaml.
May import what release may.
"""
