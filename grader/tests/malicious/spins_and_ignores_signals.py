"""Burns the processor and ignores all that asks it to stop.

contained: its processor time stays within the limit
"""

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
