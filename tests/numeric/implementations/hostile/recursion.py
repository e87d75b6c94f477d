# finding: crashed
def loss(z, y):
    return loss(z, y)
