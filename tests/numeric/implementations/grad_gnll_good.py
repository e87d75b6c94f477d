# loss: mean(log(s) + (y - m)^2/(2*s^2))
# args: m: real[n]; s: positive[n]; y: real[n]
# returns: gradient
# wrt: m, s
# levels: correct, stable, precise
# finding: none


def grads(m, s, y):
    r = (y - m) / s
    return -r / s / len(y), (1 - r**2) / s / len(y)
