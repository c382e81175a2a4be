"""Rights: what may not be redistributed is withheld, and searched for in all that ships.

Offers the guard over shipped bytes and the places that stand for withheld text.
May import what release may.
"""
