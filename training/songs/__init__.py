"""Songs: plans, notes and the codes that write them down."""
