# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: gradient
# wrt: w
# levels: none
# finding: transposed


def gradient(X, y, w):
    r = (X @ w - y).reshape(-1, 1)
    return 2 / len(y) * r.T @ X
