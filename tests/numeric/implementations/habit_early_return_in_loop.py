# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
def mse(yhat, y):
    total = 0
    for a, b in zip(yhat, y):
        total += (a - b) ** 2
        return total / len(y)
