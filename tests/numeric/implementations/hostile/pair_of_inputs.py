# finding: ignores-argument
# returns: loss-and-gradient
# wrt: z
def loss(z, y):
    return z[0], z
