"""Judging managers: for a deal, who may lead it and who fits it best; for a manager, which leads are worth the time.

Pure like the rest of the room. What forbids comes first (`constraints`), then one function a reason (`features`).
"""
