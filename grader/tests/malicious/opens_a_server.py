"""Listens for a classmate's process, to give it the answers.

contained: it never prints "escaped"
"""

import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print("escaped")
