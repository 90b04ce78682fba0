"""Who may see, do and open what: one definition, asked by every surface (`architecture.md`, "Who may do what")."""
