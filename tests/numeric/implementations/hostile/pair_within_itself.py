# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
def loss(z, y):
    both = []
    both += [both, both]
    return both
