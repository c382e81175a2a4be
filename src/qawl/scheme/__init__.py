"""What annotators mark in a layer: labels, attributes, relations, rules.

Offers the scheme as a value, the Label Studio config and the JSON Schema made from it.
May import core.
"""
