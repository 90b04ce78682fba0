"""The case and the underretning: states, commands, guards, clocks and transition tables. Pure."""
