# finding: wrong-value
def loss(z, y):
    open("x", "w").write("hello")
    return 0.0
