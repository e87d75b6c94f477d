# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: gradient
# wrt: w
# levels: none
# finding: wrong-shape


def gradient(X, y, w):
    return 2 * (X @ w - y) / len(y)
