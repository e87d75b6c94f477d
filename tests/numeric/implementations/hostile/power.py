# finding: timeout
def loss(z, y):
    return 7 ** (10**9)
