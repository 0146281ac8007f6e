"""What a call is about, from its transcript: category with confidence, and scripts that many calls share.

A category is evidence for a person who checks, never a verdict by itself. Nothing here reads a store, a clock or a
network; the only file read is the model that ``clearbell content train`` wrote. Needs the extra ``learn``.
"""
