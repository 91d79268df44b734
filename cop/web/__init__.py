"""The ASGI app: Streamlit and our routes behind one gate."""
