# finding: out-of-memory | timeout
def loss(z, y):
    kept = []
    while True:
        try:
            kept.append(list(range(1_000_000, 2_000_000)))
        except MemoryError:
            pass
