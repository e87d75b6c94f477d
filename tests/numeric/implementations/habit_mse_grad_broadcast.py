# loss: mean((X@w-y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: gradient
# wrt: w
# levels: none
# finding: wrong-shape
def f(X, y, w):
    r = (X @ w).reshape(-1, 1) - y
    return 2 * X.T @ r / len(y)
