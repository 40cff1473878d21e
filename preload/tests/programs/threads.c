// Threads that hand blocks to each other through shared places. Every size ends in 7, unlike those of libc;
// at the end every block is freed, and the counts are printed.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 30000, PLACES = 64 };

static _Atomic(char *) places[PLACES];
static atomic_long made, moved;
static atomic_int forks;

static void *work(void *seed) {
    unsigned random = (unsigned)(size_t)seed;
    for (int round = 0; round < ROUNDS || atomic_load(&forks) > 0; round++) {
        random = random * 1103515245u + 12345u;
        _Atomic(char *) *place = &places[random >> 8 & (PLACES - 1)];
        char *block = atomic_exchange(place, NULL);
        size_t size = (random >> 16) % 300 * 10 + 7;
        if (!block) {
            block = malloc(size);
            atomic_fetch_add(&made, 1);
        } else if (random & 1 << 30) {
            block = realloc(block, size);
            atomic_fetch_add(&moved, 1);
        } else {
            free(block);
            continue;
        }
        memset(block, 1, size);
        free(atomic_exchange(place, block));
    }
    return NULL;
}

int main(int count, char **words) {
    pthread_t threads[THREADS];
    if (count > 1) forks = atoi(words[1]);
    for (size_t at = 0; at < THREADS; at++) pthread_create(&threads[at], NULL, work, (void *)(at + 1));
    // Children of a process whose other threads are in the middle of anything.
    while (atomic_load(&forks) > 0) {
        pid_t child = fork();
        if (child == 0) {
            free(malloc(4321));
            _exit(0);
        }
        int status;
        if (waitpid(child, &status, 0) != child || status != 0) return 1;
        atomic_fetch_sub(&forks, 1);
    }
    for (int at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    for (int at = 0; at < PLACES; at++) free(atomic_load(&places[at]));
    char line[100];
    int length = snprintf(line, sizeof line, "%ld %ld\n", made, moved);
    return write(1, line, length) != length;
}
