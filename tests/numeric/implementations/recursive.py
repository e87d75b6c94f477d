# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: correct
# finding: crashed
def mse(a, b):
    def go(i):
        return 0.0 if i == len(a) else (a[i] - b[i]) ** 2 + go(i + 1)

    return go(0) / len(a)
