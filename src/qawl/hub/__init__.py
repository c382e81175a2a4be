"""The Hugging Face Hub: one commit and one tag for a release.

Offers the plan of a publication, and carries it out.
May import release and what lies below it; reaches the network, the clock and processes.
"""
