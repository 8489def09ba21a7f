// Of claims-are-kept.c: what it declares.
extern int (*volatile pointer)(void);
int declared(void) { return pointer(); }
