"""The ASGI app: Streamlit and the program's routes behind one allow-list."""
