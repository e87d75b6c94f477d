# finding: wrong-shape
def loss(z, y):
    return "abc"
