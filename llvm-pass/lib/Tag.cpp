// Filled in with the step that needs it.
