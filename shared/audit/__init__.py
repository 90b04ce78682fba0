"""The access log as something that a stranger can check: chained, signed, exported, verified (`domain.md` 4.3 R8)."""
