# finding: timeout
def loss(z, y):
    return sum(iter(int, 1))
