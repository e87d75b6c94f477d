# finding: out-of-memory
def loss(z, y):
    kept = []
    while True:
        kept.append(bytes(1 << 28))
