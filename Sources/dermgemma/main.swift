print("dermgemma")
