# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: gradient
# wrt: w
# levels: none
# finding: wrong-sign


def gradient(X, y, w):
    r = y - X @ w
    return 2 / len(y) * X.T @ r
