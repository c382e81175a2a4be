"""Label Studio: the server, the client, push, pull, status.

Offers the plan between a corpus and a server, and carries it out.
May import gold and what lies below it; reaches the network, the clock and processes.
"""
