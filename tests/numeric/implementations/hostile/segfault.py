# finding: crashed
import ctypes


def loss(z, y):
    ctypes.string_at(0)
