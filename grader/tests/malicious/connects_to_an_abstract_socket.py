"""Reaches a service whose socket no folder holds.

contained: nobody listening hears of it
"""

import socket

connection = socket.socket(socket.AF_UNIX)
connection.connect("\0" + SOCKET)
connection.sendall(b"42")
