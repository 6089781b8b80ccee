"""One module a form component: what a form may hold."""
