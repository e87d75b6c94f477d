# loss: mean(abs(yhat-y))
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
def mae(yhat, y):
    return sum(abs(int(a - b)) for a, b in zip(yhat, y)) / len(y)
