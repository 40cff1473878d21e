/* Begins the log of malloc and free before main, for a program that starts no other: README.md. */
#include <mcheck.h>

__attribute__((constructor)) static void record(void) { mtrace(); }
