/* Each function of the family: alignment, contents, zeros, errors. Exit code 0 if all is as C and glibc say. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) do { if (!(what)) { printf("line %d: %s\n", __LINE__, #what); return 1; } } while (0)

extern void free_sized(void *, size_t) __attribute__((weak));
extern void free_aligned_sized(void *, size_t, size_t) __attribute__((weak));

static int holds(const unsigned char *block, size_t size, unsigned char byte) {
    for (size_t at = 0; at < size; at++)
        if (block[at] != byte) return 0;
    return 1;
}

int main(void) {
    /* The tests are about this malloc and no other. */
    CHECK(free_sized && free_aligned_sized);

    for (size_t size = 0; size < 5000000; size += size / 7 + 1) {
        unsigned char *block = malloc(size);
        CHECK(block && (uintptr_t)block % (size > 8 ? 16 : 8) == 0);
        CHECK(malloc_usable_size(block) >= size);
        memset(block, 0xA5, malloc_usable_size(block));
        size_t sizes[] = {size * 2 + 1, size / 3 + 1, size + 3000, size + 1};
        size_t least = size;
        for (int i = 0; i < 4; i++) {
            block = realloc(block, sizes[i]);
            if (sizes[i] < least) least = sizes[i];
            CHECK(block && holds(block, least, 0xA5));
            CHECK((uintptr_t)block % (sizes[i] > 8 ? 16 : 8) == 0);
        }
        free(block);
        unsigned char *zeros = calloc(3, size);
        CHECK(zeros && holds(zeros, 3 * size, 0));
        memset(zeros, 1, 3 * size);
        free_sized(zeros, 3 * size);
    }
    for (size_t align = 8; align <= 1 << 21; align *= 2) {
        void *aligned;
        CHECK(posix_memalign(&aligned, align, 3 * align / 2 + 1) == 0);
        CHECK((uintptr_t)aligned % align == 0);
        memset(aligned, 7, 3 * align / 2 + 1);
        aligned = realloc(aligned, 5 * align + 100);
        CHECK(aligned && holds(aligned, 3 * align / 2 + 1, 7));
        free(aligned);
        void *small = aligned_alloc(align, 1), *other = memalign(align - 1, 100);
        CHECK(small && (uintptr_t)small % align == 0 && other && (uintptr_t)other % align == 0);
        CHECK(malloc_usable_size(small) >= 1 && malloc_usable_size(other) >= 100);
        free_aligned_sized(small, align, 1);
        other = realloc(other, 200);
        CHECK(other);
        free(other);
    }
    void *page = valloc(10), *pages = pvalloc(4097);
    CHECK((uintptr_t)page % 4096 == 0 && (uintptr_t)pages % 4096 == 0);
    CHECK(malloc_usable_size(pages) >= 8192 && malloc_usable_size(NULL) == 0);
    free(page);
    free(pages);

    volatile size_t huge = SIZE_MAX / 2 + 1, much = (size_t)1 << 60;
    void *target = &target;
    errno = 0;
    CHECK(!malloc(huge) && errno == ENOMEM);
    errno = 0;
    CHECK(!malloc(much) && errno == ENOMEM);
    errno = 0;
    CHECK(!calloc(huge, 2) && errno == ENOMEM);
    errno = 0;
    CHECK(!reallocarray(NULL, huge, 2) && errno == ENOMEM);
    CHECK(posix_memalign(&target, 24, 8) == EINVAL && posix_memalign(&target, 4, 8) == EINVAL);
    CHECK(posix_memalign(&target, 16, much) == ENOMEM && target == &target);
    errno = 0;
    CHECK(!aligned_alloc(24, 8) && errno == EINVAL);
    unsigned char *kept = malloc(100);
    memset(kept, 9, 100);
    CHECK(!realloc(kept, much) && holds(kept, 100, 9));
    CHECK(!realloc(kept, 0));
    void *one = malloc(0), *two = malloc(0);
    CHECK(one && two && one != two);
    free(one);
    free(two);
    free(NULL);
    puts("all as it is written");
    return 0;
}
