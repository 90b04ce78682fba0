"""Assessment: the case of an Infohus from arrival to the last follow-up, and the underretning beside it."""
