"""The kernel layers around a child: limits, call filter, Landlock, namespaces; and which of them exist."""
