# loss: -mean(y*log(p) + (1-y)*log(1-p))
# args: p: (0,1)[n]; y: {0,1}[n]
# returns: gradient
# wrt: p
# levels: correct
# finding: clip-bias


def grad(p, y, eps=1e-10):
    return -(y / (p + eps) - (1 - y) / (1 - p + eps)) / len(p)
