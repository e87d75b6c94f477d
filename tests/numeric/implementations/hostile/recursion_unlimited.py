# finding: timeout | crashed | out-of-memory
import sys

sys.setrecursionlimit(10**9)


def loss(z, y):
    return loss(z, y)
