print("centroidd")
