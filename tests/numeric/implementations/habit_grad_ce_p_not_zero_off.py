# loss: -sum(xlogy(y,p))/n
# args: p: simplex[n,K]; y: onehot[n,K]
# returns: gradient
# wrt: p
# levels: none
# finding: wrong-variable
def grad(p, y):
    return (p - y) / len(p)
