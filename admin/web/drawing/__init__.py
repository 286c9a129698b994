"""Pictures the server makes itself, as inline SVG: no script, no style sheet, nothing from outside."""
