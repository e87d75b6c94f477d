# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: loss-and-gradient
# wrt: w
# levels: none
# finding: wrong-reduction


def mse(X, y, w):
    r = X.dot(w) - y
    return (r**2).mean(), 2 * X.T.dot(r)
