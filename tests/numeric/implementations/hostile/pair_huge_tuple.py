# finding: wrong-shape | out-of-memory | timeout
# returns: loss-and-gradient
# wrt: z
def loss(z, y):
    return (0.0,) * 20_000_000
