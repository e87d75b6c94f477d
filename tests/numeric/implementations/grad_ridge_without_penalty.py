# loss: mean((X@w - y)^2) + lam*sum(w^2)
# args: X: real[n,d]; y: real[n]; w: real[d]; lam: nonnegative = 0.1
# returns: gradient
# wrt: w
# levels: none
# finding: lost-term


def gradient(X, y, w, lam=0.1):
    return 2 * X.T @ (X @ w - y) / len(y)
