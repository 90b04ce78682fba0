"""The concern: states, commands, guards, clocks and the transition table. Pure."""
