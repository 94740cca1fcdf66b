// The room's own files stand beside this one.
