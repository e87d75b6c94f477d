# finding: out-of-memory | timeout
def loss(z, y):
    kept = []
    while True:
        kept.append([float(i) for i in range(10_000)])
