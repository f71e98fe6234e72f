"""What follows from the captures: articles, addresses, clusters, disappearances; derived anew
for whatever a batch touches.
"""
