"""Guidelines: what annotators are told, made from the schemes and from the corpus's own gold.

In Label Studio as the instructions of each project, as a page (`qawl guidelines`), and in a release.
"""
