"""What turns a finished document into bytes, one module for each form; `koschuso.reporting.rendering` lists them."""
