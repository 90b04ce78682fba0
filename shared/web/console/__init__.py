"""What every service's pages are made with: one look, one sign-in, two languages."""
