/* Three threads allocate all the time; meanwhile the first one forks, and each child allocates too. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int ends;

static void *churn(void *seed) {
    unsigned state = (unsigned)(size_t)seed;
    unsigned char *blocks[256] = {0};
    while (!ends) {
        state = state * 1103515245 + 12345;
        unsigned slot = state >> 8 & 255;
        size_t size = (state >> 16) % 5000 + 1;
        if (blocks[slot] && blocks[slot][0] != (unsigned char)slot) abort();
        free(blocks[slot]);
        blocks[slot] = malloc(size);
        memset(blocks[slot], (int)slot, size);
    }
    for (int slot = 0; slot < 256; slot++) free(blocks[slot]);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++) pthread_create(&threads[i], NULL, churn, (void *)(i + 1));
    for (int round = 0; round < 200; round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(10);
            for (int i = 1; i < 2000; i++) {
                char *block = malloc((size_t)i);
                memset(block, 1, (size_t)i);
                free(block);
            }
            _exit(0);
        }
        int status = 1;
        if (waitpid(child, &status, 0) != child || status != 0) {
            printf("child %d: status %d\n", round, status);
            return 1;
        }
    }
    ends = 1;
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    puts("200 children");
    return 0;
}
