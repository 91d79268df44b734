"""Pages frame, shared widgets and the map component: the only importer of streamlit."""
