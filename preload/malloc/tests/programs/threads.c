/* Four threads hand blocks round: whoever takes one asks for its size, gives it another one or frees it. Threads end
 * while their blocks live, others begin; meanwhile the first one forks, and each child does the same alone. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 512, STEPS = 20000, THREADS = 4, GENERATIONS = 25, CHILDREN = 50 };

/* A block, or NULL; whoever exchanges it has it alone. Its first word is its size, its last byte says so too. */
static void *slots[SLOTS];

static void wrong(const char *what) {
    write(2, what, strlen(what));
    abort();
}

static void *filled(void *block, size_t size) {
    if (!block) wrong("no memory\n");
    if (malloc_usable_size(block) < size) wrong("a block is shorter than asked\n");
    *(size_t *)block = size;
    if (size > sizeof size) ((unsigned char *)block)[size - 1] = (unsigned char)size;
    return block;
}

static size_t checked(void *block) {
    size_t size = *(size_t *)block;
    if (malloc_usable_size(block) < size) wrong("a block has shrunk\n");
    if (size > sizeof size && ((unsigned char *)block)[size - 1] != (unsigned char)size) wrong("a block was overwritten\n");
    return size;
}

static void work(unsigned state, int steps) {
    while (steps--) {
        state = state * 1103515245 + 12345;
        void **slot = &slots[state >> 8 & (SLOTS - 1)];
        /* Mostly small, at times some pages, seldom many. */
        size_t size = 8 + (state >> 17) % (steps % 97 == 0 ? 400000 : steps % 7 == 0 ? 20000 : 300);
        void *block = __atomic_exchange_n(slot, NULL, __ATOMIC_ACQ_REL);
        if (block && steps & 1) {
            size_t old = checked(block);
            block = realloc(block, size);
            if (block && size >= old && *(size_t *)block != old) wrong("realloc lost what was there\n");
            block = filled(block, size);
        } else if (block) {
            checked(block);
            free(block);
            block = NULL;
        } else if (steps % 5 == 0) {
            char *zeros = calloc(1, size);
            for (size_t i = 0; zeros && i < size; i++)
                if (zeros[i]) wrong("calloc gave a block that is not zero\n");
            block = filled(zeros, size);
        } else {
            block = filled(malloc(size), size);
        }
        if (block) block = __atomic_exchange_n(slot, block, __ATOMIC_ACQ_REL);
        if (block) {
            checked(block);
            free(block);
        }
    }
}

static void *run(void *seed) {
    work((unsigned)(size_t)seed, STEPS);
    return NULL;
}

static void *live(void *seed) {
    for (size_t generation = 0; generation < GENERATIONS; generation++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, (void *)((size_t)seed * 1000 + generation))) wrong("no thread\n");
        pthread_join(thread, NULL);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, live, (void *)(i + 1))) wrong("no thread\n");
    for (int round = 0; round < CHILDREN; round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            work(round, 3000);
            _exit(0);
        }
        int status = 1;
        if (waitpid(child, &status, 0) != child || status != 0) {
            printf("child %d: status %d\n", round, status);
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i]) checked(slots[i]);
        free(slots[i]);
    }
    puts("all blocks whole");
    return 0;
}
