"""What a process says of itself: logs, metrics, traces, health. References and closed codes only (R17)."""
