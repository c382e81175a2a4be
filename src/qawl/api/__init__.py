"""What `import qawl` offers: a corpus as one value, with what can be asked of it.

Offers `Corpus`; `qawl/__init__` names everything that is public and imports it on first use.
May import every package but `cli`.
"""
