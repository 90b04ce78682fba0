"""Facts on their way: outbox and relay, Kafka consumers, inbox, dead letters with parked keys.

At least once everywhere, one effect per fact: the relay may send twice, the inbox lets one through.
"""
