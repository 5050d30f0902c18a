"""Everything that is true: rows, the verbs that change them, and the only SQL of the platform.

A library is its repository: model and verbs stand in one file. Verbs take the caller's session, so a use case
in `services` decides where a transaction begins and ends.
"""
