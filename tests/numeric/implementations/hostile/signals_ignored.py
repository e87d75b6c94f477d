# finding: timeout
import signal

for s in range(1, 32):
    try:
        signal.signal(s, signal.SIG_IGN)
    except Exception:
        pass


def loss(z, y):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
