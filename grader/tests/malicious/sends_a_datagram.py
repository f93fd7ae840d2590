"""Sends what it knows without a connection.

contained: nobody listening hears of it
"""

import socket

socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"42", ("127.0.0.1", PORT))
