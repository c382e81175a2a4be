"""Setting up: a new corpus, what is wrong with a set-up, the demo.

Offers init, doctor and demo.
May import every package but cli.
"""
