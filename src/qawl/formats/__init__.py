"""Other formats: writers for `qawl export`, with a report of what each can't carry.

Offers brat, CoNLL-2003, IOB2 and Label Studio tasks.
May import release and what lies below it.
"""
