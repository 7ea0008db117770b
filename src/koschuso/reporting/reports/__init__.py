"""The reports that koschuso brings along, one module each; `koschuso.reporting.builtin` lists them."""
