"""Reaches a service through its socket file.

contained: nobody listening hears of it
"""

import socket

connection = socket.socket(socket.AF_UNIX)
connection.connect(SOCKET)
connection.sendall(b"42")
