"""The ASGI app: Streamlit and our routes behind one allow-list."""
