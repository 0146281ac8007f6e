"""The SIP door: a redirect server that tells a switch whether a call may ring.

``codec``, ``callers``, ``answers``, ``sources``, ``transactions``, ``ends`` and ``redirect`` are free of sockets
and clocks; ``udp`` and ``tcp`` carry bytes to them.
"""
