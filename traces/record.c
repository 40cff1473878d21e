/* Begins glibc's log of malloc and free before main; README.md has the command. */
#include <mcheck.h>

__attribute__((constructor)) static void record(void) { mtrace(); }
