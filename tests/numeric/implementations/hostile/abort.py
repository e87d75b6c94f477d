# finding: crashed
import os


def loss(z, y):
    os.abort()
