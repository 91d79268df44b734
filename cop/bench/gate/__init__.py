"""The gate measured: requests with sign-in beside the same ones without."""
