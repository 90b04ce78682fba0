"""Fixed data with the dates at which it holds: municipalities, districts, organisations, calendar, opening hours, paragraphs.

Pure: nothing here reads a clock, a database or the network. Sources and limits are in `data/README.md`.
"""
