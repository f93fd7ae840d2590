"""Sends what it knows to a server on this machine.

contained: nobody listening hears of it
"""

import socket

with socket.create_connection(("127.0.0.1", PORT), timeout=1) as connection:
    connection.sendall(b"hidden check 3 asks for 42")
