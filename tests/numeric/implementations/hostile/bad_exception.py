# finding: crashed
class X(Exception):
    def __str__(s):
        raise SystemExit


def loss(z, y):
    raise X
