"""A model that learns only from verdicts: what cases found, never what detectors said.

Detection works without one; :mod:`clearbell.discovery.learning.loading` then answers that there is none. Needs the extra ``learn``.
"""
