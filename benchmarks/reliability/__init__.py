"""How the service behaves while something around it fails: one module per fault, each with its figures and goals."""
