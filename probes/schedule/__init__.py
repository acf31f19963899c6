"""When each probe is asked: phases that stay, plans inside the budget, and the loop that wakes us."""
