"""What services tell one another: the envelope, and every published fact with its version.

Facts are past tense, hold references and closed codes only (R13), and only ever gain optional fields within a major version.
"""
