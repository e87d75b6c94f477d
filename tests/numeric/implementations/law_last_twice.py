# loss: mean((yhat - y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
# law: permutation


def loss(yhat, y):
    r = (yhat - y) ** 2
    return (r.sum() + r[-1]) / (len(r) + 1)
