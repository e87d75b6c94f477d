# finding: timeout
import time


def loss(z, y):
    time.sleep(1000)
