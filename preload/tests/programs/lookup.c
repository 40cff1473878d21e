// A dlsym in front of that of libc: one that finds nothing (NONE), or one that uses malloc while it looks.
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef NONE
void *dlsym(void *handle, const char *name) {
    return NULL;
}
#else
static char *kept, *freed;

void *dlsym(void *handle, const char *name) {
    char *zeros = calloc(10, 10);
    char *block = realloc(malloc(10), 20);
    if (!zeros || !block || ((uintptr_t)block & 15)) abort();
    for (int at = 0; at < 100; at++)
        if (zeros[at]) abort();
    if (malloc_usable_size(zeros) < 100) abort();
    free(zeros);
    free(block);
    if (!kept) strcpy(kept = malloc(100), "made while malloc was looked up");
    if (!freed) freed = malloc(100);
    // More than there is: null, and nothing breaks.
    if (malloc(1 << 20)) abort();
    return dlvsym(RTLD_NEXT, name, "GLIBC_2.2.5");
}

__attribute__((destructor)) static void end(void) {
    kept = realloc(kept, 5000);
    if (!kept || strcmp(kept, "made while malloc was looked up")) abort();
    free(kept);
    free(freed);
}
#endif
