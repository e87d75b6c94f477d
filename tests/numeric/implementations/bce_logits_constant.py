# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
def loss(z, y):
    return 0.6931471805599453
