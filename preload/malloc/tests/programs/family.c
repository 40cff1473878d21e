/* Each function of the family: alignment, contents, zeros, errors. Exit code 0 if all is as C, POSIX and glibc say.
 * With the word `system` it runs on any malloc, and leaves out what glibc 2.36 does otherwise or does not have: so the
 * tests themselves are tested. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CHECK(what) do { if (!(what)) { printf("line %d: %s\n", __LINE__, #what); return 0; } } while (0)
/* A call that must fail, and say why. */
#define FAILS(call, why) CHECK((errno = 0, !(call)) && errno == (why))

extern void free_sized(void *, size_t) __attribute__((weak));
extern void free_aligned_sized(void *, size_t, size_t) __attribute__((weak));

/* Small, larger, in pages, from the kernel. */
static const size_t SIZES[] = {1, 24, 100, 1000, 5000, 100000, 3000000};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static int is_system;

static int holds(const unsigned char *block, size_t size, unsigned char byte) {
    for (size_t at = 0; at < size; at++)
        if (block[at] != byte) return 0;
    return 1;
}

static int is_aligned(const void *block, size_t align) {
    return block && (uintptr_t)block % align == 0;
}

static void give_back(void *block, size_t align, size_t size) {
    if (is_system) free(block);
    else if (align) free_aligned_sized(block, align, size);
    else free_sized(block, size);
}

static int contents_survive(void) {
    for (size_t size = 0; size < 5000000; size += size / 7 + 1) {
        unsigned char *block = malloc(size);
        CHECK(is_aligned(block, size > 8 ? 16 : 8));
        CHECK(malloc_usable_size(block) >= size);
        memset(block, 0xA5, malloc_usable_size(block));
        size_t sizes[] = {size * 2 + 1, size / 3 + 1, size + 3000, size + 1};
        size_t least = size;
        for (int i = 0; i < 4; i++) {
            block = realloc(block, sizes[i]);
            if (sizes[i] < least) least = sizes[i];
            CHECK(block && holds(block, least, 0xA5));
            CHECK(is_aligned(block, sizes[i] > 8 ? 16 : 8));
        }
        free(block);
        unsigned char *zeros = calloc(3, size);
        CHECK(zeros && holds(zeros, 3 * size, 0));
        memset(zeros, 1, 3 * size);
        give_back(zeros, 0, 3 * size);
    }
    return 1;
}

static int alignments_are_kept(void) {
    for (size_t align = 8; align <= 1 << 21; align *= 2) {
        /* Several of each: the first block of a page is aligned by chance. */
        enum { EACH = 3 };
        size_t size = 3 * align / 2 + 1;
        void *posix[EACH], *small[EACH], *other[EACH];
        for (int i = 0; i < EACH; i++) {
            CHECK(posix_memalign(&posix[i], align, size) == 0);
            small[i] = aligned_alloc(align, 1);
            other[i] = memalign(align - 1, 100);
            CHECK(is_aligned(posix[i], align) && is_aligned(small[i], align) && is_aligned(other[i], align));
            CHECK(malloc_usable_size(posix[i]) >= size);
            CHECK(malloc_usable_size(small[i]) >= 1 && malloc_usable_size(other[i]) >= 100);
            memset(posix[i], 7, size);
        }
        for (int i = 0; i < EACH; i++) {
            posix[i] = realloc(posix[i], 5 * align + 100);
            CHECK(posix[i] && holds(posix[i], size, 7));
            free(posix[i]);
            give_back(small[i], align, 1);
            other[i] = realloc(other[i], 200);
            CHECK(other[i]);
            free(other[i]);
        }
    }
    /* What is too much fails; what is not may be served. */
    for (int power = 22; power < 64; power++) {
        size_t align = (size_t)1 << power;
        errno = 0;
        unsigned char *block = memalign(align, 100);
        CHECK(block ? is_aligned(block, align) : errno == ENOMEM);
        if (block) memset(block, 1, 100);
        free(block);
    }
    void *page[9], *pages[9];
    for (int i = 0; i < 9; i++) {
        page[i] = valloc(10);
        pages[i] = pvalloc(4097);
        CHECK(is_aligned(page[i], 4096) && is_aligned(pages[i], 4096));
        CHECK(malloc_usable_size(page[i]) >= 10 && malloc_usable_size(pages[i]) >= 8192);
    }
    for (int i = 0; i < 9; i++) {
        free(page[i]);
        free(pages[i]);
    }
    CHECK(malloc_usable_size(NULL) == 0);
    return 1;
}

/* Blocks side by side, each written as far as it may be. */
static int usable_bytes_are_their_own(void) {
    unsigned char *blocks[40];
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        for (size_t i = 0; i < COUNT(blocks); i++) {
            blocks[i] = malloc(SIZES[row]);
            CHECK(blocks[i] && malloc_usable_size(blocks[i]) >= SIZES[row]);
            memset(blocks[i], i + 1, malloc_usable_size(blocks[i]));
        }
        for (size_t i = 0; i < COUNT(blocks); i++)
            CHECK(holds(blocks[i], malloc_usable_size(blocks[i]), i + 1));
        for (size_t i = 0; i < COUNT(blocks); i++) free(blocks[i]);
    }
    return 1;
}

static int reused_memory_is_zero(void) {
    unsigned char *blocks[40];
    int reused = 0;
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        for (size_t i = 0; i < COUNT(blocks); i++) {
            blocks[i] = malloc(SIZES[row]);
            CHECK(blocks[i]);
            memset(blocks[i], 0x5A, malloc_usable_size(blocks[i]));
        }
        uintptr_t before[COUNT(blocks)];
        for (size_t i = 0; i < COUNT(blocks); i++) {
            before[i] = (uintptr_t)blocks[i];
            free(blocks[i]);
        }
        for (size_t i = 0; i < COUNT(blocks); i++) {
            blocks[i] = calloc(1, SIZES[row]);
            CHECK(blocks[i] && holds(blocks[i], SIZES[row], 0));
            for (size_t k = 0; k < COUNT(before); k++) reused += before[k] == (uintptr_t)blocks[i];
        }
        for (size_t i = 0; i < COUNT(blocks); i++) free(blocks[i]);
    }
    CHECK(reused > 40);
    return 1;
}

/* More than there is, and what a sum or a product makes small; a block that is there stays as it is. */
static int too_much_is_refused(void) {
    static const size_t much[] = {
        (size_t)1 << 60, PTRDIFF_MAX - 4096, PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4097, SIZE_MAX - 4095,
        SIZE_MAX - 4094, SIZE_MAX - 64, SIZE_MAX - 15, SIZE_MAX - 14, SIZE_MAX - 7, SIZE_MAX};
    void *target = &target;
    for (size_t i = 0; i < COUNT(much); i++) {
        volatile size_t size = much[i];
        FAILS(malloc(size), ENOMEM);
        FAILS(calloc(1, size), ENOMEM);
        FAILS(realloc(NULL, size), ENOMEM);
        FAILS(reallocarray(NULL, 1, size), ENOMEM);
        FAILS(memalign(64, size), ENOMEM);
        FAILS(aligned_alloc(64, size), ENOMEM);
        FAILS(valloc(size), ENOMEM);
        FAILS(pvalloc(size), ENOMEM);
        CHECK(posix_memalign(&target, 64, size) == ENOMEM && target == &target);
    }
    /* (2^60 + 1) * 16 is 16 in 64 bits. */
    volatile size_t many = SIZE_MAX / 16 + 2, half = SIZE_MAX / 2 + 1;
    FAILS(calloc(many, 16), ENOMEM);
    FAILS(calloc(half, 2), ENOMEM);
    FAILS(reallocarray(NULL, many, 16), ENOMEM);
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        size_t size = SIZES[row];
        unsigned char *kept = malloc(size), *next = malloc(size);
        memset(kept, 9, size);
        for (size_t i = 0; i < COUNT(much); i++) {
            FAILS(realloc(kept, much[i]), ENOMEM);
            FAILS(reallocarray(kept, 1, much[i]), ENOMEM);
        }
        FAILS(reallocarray(kept, many, 16), ENOMEM);
        FAILS(reallocarray(kept, half, 2), ENOMEM);
        /* It is nobody else's by now. */
        unsigned char *other = malloc(size);
        memset(next, 1, size);
        memset(other, 2, size);
        CHECK(holds(kept, size, 9));
        kept = realloc(kept, size + 1);
        CHECK(kept && holds(kept, size, 9));
        free(kept);
        free(next);
        free(other);
    }
    return 1;
}

/* No more addresses than 64 MiB beside those in use: what fails then fails in the kernel. */
static int a_limit_of_the_kernel_is_met(void) {
    unsigned char *blocks[COUNT(SIZES)];
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        blocks[row] = malloc(SIZES[row]);
        CHECK(blocks[row]);
        memset(blocks[row], row + 1, SIZES[row]);
    }
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%zu", &pages) == 1);
    fclose(file);
    struct rlimit before, limit;
    getrlimit(RLIMIT_AS, &before);
    limit = before;
    limit.rlim_cur = pages * 4096 + (64 << 20);
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    volatile size_t size = 512 << 20;
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        FAILS(realloc(blocks[row], size), ENOMEM);
        FAILS(reallocarray(blocks[row], 1, size), ENOMEM);
        CHECK(holds(blocks[row], SIZES[row], row + 1));
    }
    void *target = &target;
    FAILS(malloc(size), ENOMEM);
    FAILS(calloc(1, size), ENOMEM);
    FAILS(memalign(64, size), ENOMEM);
    FAILS(aligned_alloc(64, size), ENOMEM);
    FAILS(valloc(size), ENOMEM);
    FAILS(pvalloc(size), ENOMEM);
    CHECK(posix_memalign(&target, 64, size) == ENOMEM && target == &target);
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        blocks[row] = realloc(blocks[row], 2 * SIZES[row]);
        CHECK(blocks[row] && holds(blocks[row], SIZES[row], row + 1));
    }
    setrlimit(RLIMIT_AS, &before);
    for (size_t row = 0; row < COUNT(SIZES); row++) free(blocks[row]);
    return 1;
}

static int bad_alignments_are_refused(void) {
    static const size_t bad[] = {0, 1, 2, 3, 4, 12, 24, 4097, SIZE_MAX / 2 + 2, SIZE_MAX};
    void *target = &target;
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(posix_memalign(&target, bad[i], 8) == EINVAL && target == &target);
    volatile size_t huge = SIZE_MAX / 2 + 1;
    CHECK(posix_memalign(&target, huge, 8) == ENOMEM && target == &target);
    FAILS(memalign(huge, 8), ENOMEM);
    FAILS(memalign(huge + 1, 8), EINVAL);
    FAILS(memalign(SIZE_MAX, 8), EINVAL);
    /* As C and POSIX say; glibc only from 2.38 on. */
    for (size_t i = 0; i < COUNT(bad) && !is_system; i++)
        if (bad[i] & (bad[i] - 1) || !bad[i]) FAILS(aligned_alloc(bad[i], 8), EINVAL);
    FAILS(aligned_alloc(huge, 8), ENOMEM);
    return 1;
}

/* Where C leaves a choice, as glibc. */
static int nothing_is_as_with_glibc(void) {
    unsigned char *fresh = realloc(NULL, 100), *also = reallocarray(NULL, 10, 10);
    CHECK(is_aligned(fresh, 16) && is_aligned(also, 16) && fresh != also);
    CHECK(malloc_usable_size(fresh) >= 100 && malloc_usable_size(also) >= 100);
    free(also);
    CHECK(!realloc(fresh, 0));
    void *blocks[] = {malloc(0), malloc(0), calloc(0, 8), realloc(NULL, 0), reallocarray(NULL, 0, 8),
                      memalign(64, 0), aligned_alloc(64, 0), valloc(0), pvalloc(0)};
    for (size_t i = 0; i < COUNT(blocks); i++)
        for (size_t k = 0; k <= i; k++) CHECK(blocks[i] && (i == k || blocks[i] != blocks[k]));
    for (size_t i = 0; i < COUNT(blocks); i++) free(blocks[i]);
    free(NULL);
    return 1;
}

/* POSIX since 2024, glibc since 2.33. */
static int free_keeps_errno(void) {
    for (size_t row = 0; row < COUNT(SIZES); row++) {
        void *block = malloc(SIZES[row]), *aligned = memalign(4096, SIZES[row]);
        errno = 1234;
        free(block);
        CHECK(errno == 1234);
        free(aligned);
        CHECK(errno == 1234);
    }
    free(NULL);
    CHECK(errno == 1234);
    return 1;
}

int main(int count, char **words) {
    is_system = count > 1 && strcmp(words[1], "system") == 0;
    /* Else the tests are about this malloc and no other. */
    if (!is_system && !(free_sized && free_aligned_sized)) {
        puts("another malloc");
        return 1;
    }
    int fine = contents_survive() && alignments_are_kept() && usable_bytes_are_their_own()
        && reused_memory_is_zero() && too_much_is_refused() && a_limit_of_the_kernel_is_met()
        && bad_alignments_are_refused() && nothing_is_as_with_glibc() && free_keeps_errno();
    if (fine) puts("all as it is written");
    return !fine;
}
