"""Providers that speak the Responses API with an accent: their differences as data, and what translates them."""
