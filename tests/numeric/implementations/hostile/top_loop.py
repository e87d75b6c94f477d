# finding: timeout
while True:
    pass


def loss(z, y):
    return 0.0
