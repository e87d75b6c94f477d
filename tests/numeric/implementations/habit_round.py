# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
def mse(yhat, y):
    return round(float(((yhat - y) ** 2).mean()), 4)
