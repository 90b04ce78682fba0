"""What the pages are dressed in: fetched from npm's registry by a lock, hashed, compressed, served by the gateway."""
