"""Who is asking: bearer tokens verified against the issuer's keys."""
