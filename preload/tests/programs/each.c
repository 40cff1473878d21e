// Each function once, with sizes that are known; the test knows the recording by heart.
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words) {
    char *a = malloc(100);
    char *b = calloc(3, 7);
    char *c = realloc(NULL, 5);
    memset(a, 1, 100);
    a = realloc(a, 100000);
    if (a[99] != 1 || b[20] != 0) return 1;
    free(b);
    void *d = memalign(64, 10);
    void *e = aligned_alloc(32, 64);
    void *f = NULL;
    if (posix_memalign(&f, 4096, 1)) return 2;
    if (posix_memalign(&f, 3, 1) == 0) return 3;
    void *g = valloc(3);
    void *h = pvalloc(4097);
    void *i = reallocarray(NULL, 4, 6);
    i = reallocarray(i, 8, 6);
    if (((uintptr_t)d % 64) | ((uintptr_t)e % 32) | ((uintptr_t)f % 4096) | ((uintptr_t)g % 4096)) return 4;
    // Refused: no lines.
    volatile size_t most = SIZE_MAX;
    if (reallocarray(i, most, 2) || malloc(most) || calloc(most, 2) || realloc(c, most)) return 5;
    if (malloc_usable_size(a) < 100000 || malloc_usable_size(NULL) != 0) return 6;
    void *j = malloc(0);
    free(NULL);
    free(j);
    void *blocks[] = {a, c, d, e, f, g, h, i};
    for (int at = 0; at < 8; at++) free(blocks[at]);
    return 0;
}
