"""HTTP edge: application factory, problem details, one route per command, idempotency, versions."""
