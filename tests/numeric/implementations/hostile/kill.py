# finding: out-of-memory
import os, signal


def loss(z, y):
    os.kill(os.getpid(), signal.SIGKILL)
