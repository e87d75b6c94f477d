# finding: prints
def loss(z, y):
    while True:
        print("x" * 1000)
