# finding: crashed
import sys


def loss(z, y):
    sys.exit(0)
