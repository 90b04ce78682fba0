"""How an aggregate lives: roles and actors, transition tables as data, deadlines, pure `decide` and `evolve`.

Everything here is pure: no clock, no random number, no server. Time and ids are parameters.
"""
