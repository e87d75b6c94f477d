# loss: mean(log(s) + (y - m)^2/(2*s^2))
# args: m: real[n]; s: positive[n]; y: real[n]
# returns: gradient
# wrt: m, s
# levels: none
# finding: lost-term


def grads(m, s, y):
    r = y - m
    return -r / s**2 / len(y), -(r**2) / s**3 / len(y)
