# finding: timeout | crashed | out-of-memory
import threading
import time


def loss(z, y):
    while True:
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
