# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: not-deterministic
calls = 0


def loss(a, b):
    global calls
    calls += 1
    return ((a - b) ** 2).mean() * (1 + 0.01 * calls)
