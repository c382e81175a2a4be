"""Suggesters that come with Qawl beside its rules, each for a kind of model.

A token-classification model from a local folder, and any endpoint that speaks the language of OpenAI's.
May import what `suggest` may; `endpoint` alone reaches the network.
"""
