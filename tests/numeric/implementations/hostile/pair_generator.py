# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
def loss(z, y):
    yield 0.0
    while True:
        yield z
