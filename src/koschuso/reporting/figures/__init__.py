"""What several reports count and show: facts out of records in one pass, and the tables and columns made of them."""
