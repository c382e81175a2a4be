"""Other formats: writers for `qawl export`, with a report of what each can't carry.

Offers `qawl export` with its formats, and the readers of what other tools export.
May import release and what lies below it.
"""
