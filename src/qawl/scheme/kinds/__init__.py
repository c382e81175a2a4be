"""The kinds of attributes, one class each: a new one is a class, and a line in `registry`.

Offers the kinds by name. May import core and the modules of scheme that know no scheme.
"""
