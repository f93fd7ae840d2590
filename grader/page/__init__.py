"""The feedback page: `model.py` says what it shows, `feedback.html.j2` and `style.css` how."""
