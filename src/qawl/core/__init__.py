"""What everything else stands on: records, settings, findings, errors, text and files.

Offers the values that the other packages exchange and one way to read and write files.
May import no other package of Qawl.
"""
