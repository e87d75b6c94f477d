# loss: -mean(y*log(p) + (1-y)*log(1-p))
# args: p: (0,1)[n]; y: {0,1}[n]
# returns: gradient
# wrt: p
# levels: none
# finding: wrong-variable


def grad(p, y):
    return (p - y) / len(p)
