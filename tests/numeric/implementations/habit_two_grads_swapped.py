# loss: mean((log(v) + (y-mu)^2/v)/2)
# args: mu: real[n]; v: positive[n]; y: real[n]
# returns: gradient
# wrt: mu, v
# levels: none
# finding: wrong-variable
def f(mu, v, y):
    n = len(y)
    return (1 / v - (y - mu) ** 2 / v**2) / (2 * n), (mu - y) / v / n
