# finding: timeout
def loss(z, y):
    while True:
        pass
