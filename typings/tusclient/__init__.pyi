# What is used of tuspy 1.1, whose own types have gaps.
