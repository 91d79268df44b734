"""Documents of OGC API and STAC: what is answered, as other systems read it."""
