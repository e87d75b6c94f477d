# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# returns: gradient
# wrt: p
# levels: correct
# finding: clip-bias
def grad(p, y):
    return (p - y) / (p * (1 - p) + 1e-8) / len(p)
