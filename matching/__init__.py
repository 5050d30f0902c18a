"""Judgement: facts of two listings in, a score with its reasons and cautions out. Pure: no input, no output, no clock.

Imports numpy and itself only, so that a score can be recomputed anywhere from frozen facts and the ranker's data.
"""
