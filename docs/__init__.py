"""The documentation: pages by hand, pages that are drawn from the suite's tables, and what makes a site of them."""
