"""HTTP: routes, handlers, headers, and what goes over the socket."""
